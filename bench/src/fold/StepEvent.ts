/**
 * The input of all subjects of the fold: the steps of interactions, as a decoded log yields them. The steps of one
 * interaction are contiguous; step ids are strings.
 */

/** One step of one interaction. */
export interface StepEvent {
  readonly interaction: number
  readonly step: string
}

/** Data, and where it is from. */
export interface Steps {
  readonly name: string
  readonly events: ReadonlyArray<StepEvent>
}
