/**
 * The rounds of the path as its processes report them.
 */
import type { Spent } from "../Spent.ts"
import type { Agreement } from "./byHand/agreement.ts"
import type { Figures } from "./byHand/report.ts"
import type { WalkedByHand } from "./byHand/walk.ts"
import type { Costs } from "./layers.ts"
import type { Walked } from "./walk.ts"

/** The stages of the path. */
export const stages = ["record", "project", "report"] as const
export type Stage = (typeof stages)[number]

/** Tacet's path. */
export interface Round extends Omit<Walked, "result"> {
  readonly figures: Figures
  readonly costs: Costs
}

/** The path by hand. */
export interface RoundByHand extends WalkedByHand {
  /** What a loop took that only counts the steps of the same interactions. */
  readonly loop: Spent
  readonly agreement: Agreement
}

/** The whole path. */
export const whole = ({ project, record, report }: Readonly<Record<Stage, Spent>>): Spent => ({
  milliseconds: record.milliseconds + project.milliseconds + report.milliseconds,
  client: record.client + project.client + report.client,
})
