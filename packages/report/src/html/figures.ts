/**
 * Single figures. A figure of the report is written as `<data value>`, so that a program, and a test, can read it back
 * exactly; a figure that the page derives (a share of a step's visits, say) is plain text.
 */
import type { Rate } from "@tacet/core/statistics"
import * as format from "./format.ts"
import { markup, type Markup } from "./markup.ts"

/** Shown where there are no data. */
export const noData: Markup = markup`<span class="none">no data</span>`

export const count = (value: number): Markup => markup`<data value="${value}">${format.count(value)}</data>`

export const share = (value: number | null): Markup =>
  value === null ? noData : markup`<data value="${value}">${format.percent(value)}</data>`

/** From one share to another, as two figures. */
export const range = (interval: readonly [number, number]): Markup => {
  const [from = "", to = ""] = format.range(interval).split(" – ")
  return markup`<span class="range"
    ><data value="${interval[0]}">${from}</data> – <data value="${interval[1]}">${to}</data></span
  >`
}

export const duration = (seconds: number | null): Markup =>
  seconds === null ? noData : markup`<data value="${seconds}">${format.duration(seconds)}</data>`

/** The share and, below it, its interval. */
export const rate = (value: Rate.Rate): Markup =>
  value.rate === null || value.wilson95 === null
    ? noData
    : markup`${share(value.rate)}<span class="interval">${range(value.wilson95)}</span>`

/**
 * The share, its interval and the number of interactions they are based on, with a scale from 0 to 100 % on which both
 * are marked.
 */
export const rateWithScale = (value: Rate.Rate): Markup =>
  value.rate === null ? noData : markup`<span class="scaled">${scale(value)}<span>${rate(value)}</span></span>`

/**
 * A line from 0 to 100 % with the interval and the share. Repeats the figures beside it, so it is hidden from screen
 * readers.
 */
export const scale = ({ rate, wilson95 }: Rate.Rate): Markup =>
  rate === null || wilson95 === null
    ? markup`<span class="scale" aria-hidden="true"></span>`
    : markup`<span
        class="scale"
        aria-hidden="true"
        style="--at:${share100(rate)};--from:${share100(wilson95[0])};--to:${share100(wilson95[1])}"
        ><i></i><b></b
      ></span>`

/** A share as a CSS length of its container. */
export const share100 = (value: number): string => `${(value * 100).toFixed(2)}%`
