/**
 * One round of the path as its process reports it.
 */
import type { Costs } from "./layers.ts"
import type { Walked } from "./walk.ts"

/** Times in milliseconds. */
export interface Round extends Omit<Walked, "result"> {
  /** What the hand-written loop took for the steps of the same interactions. */
  readonly loop: number
  readonly costs: Costs
}

/** The whole path. */
export const whole = ({ project, record, report }: Round): number => record + project + report
