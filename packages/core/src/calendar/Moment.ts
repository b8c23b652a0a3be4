/**
 * A moment as callers give it: whole milliseconds since 1970.
 */

/** How far a moment may be from 1970: what a date can hold. */
const farthest = 8.64e15

/** The description of a moment, for a refusal. */
export const accepted = "whole milliseconds since 1970 within the range of dates"

/** Whether a number is a moment: neither a fraction, nor beyond every date, nor no number at all. */
export const isMoment = (at: number): boolean => Number.isInteger(at) && Math.abs(at) <= farthest
