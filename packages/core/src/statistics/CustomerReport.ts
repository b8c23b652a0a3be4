/**
 * The exact report for one Customer, and for that Customer alone. It is classified as personal data and is deleted with the
 * interactions that it counts (STAT-NOCALL, STAT-JOURNEY). Only a public statistic is called anonymous.
 */
import * as Schema from "effect/Schema"
import { Definition, Window } from "./Definition.ts"
import { qualityNames } from "./Measures.ts"
import { Rate } from "./Rate.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Steps = Schema.Array(Schema.String)
const Quality = Object.fromEntries(qualityNames.map((name) => [name, Count])) as {
  readonly [Name in (typeof qualityNames)[number]]: typeof Count
}

/** The rates of one window. */
export const WindowRates = Schema.Struct({
  /** "Interactions that did not require an effective telephone call": attempt failed or deflected. The contract figure. */
  noEffectiveCall: Rate,
  /** No call was attempted. Never call it resolved: after a redirection nothing is observed. */
  deflected: Rate,
  /** A call was attempted and reached no person. Print it beside the first figure, at the same size. */
  attemptFailed: Rate,
  /** A person was reached by phone. */
  effective: Rate,
  /** Deflected by going on to the Customer's own area or application. */
  handedOff: Rate,
  /** Deflected with the goal that the scenario declares. */
  goalReached: Rate,
  /** Interactions of which later calls of the same person can be found. */
  linkable: Rate,
  /** The contract figure over those alone: the others count as deflected whatever the person did later. */
  noEffectiveCallLinkable: Rate,
  /**
   * The range in which the contract figure will lie when the pending interactions have settled: [lower, upper], or
   * `null` where there is no figure.
   */
  bounds: Schema.NullOr(Schema.Tuple([Schema.Finite, Schema.Finite])),
})
export type WindowRates = typeof WindowRates.Type

/** How a journey ended. A field of its own, not a step. */
export const Ending = Schema.Literals(["call", "handedOff", "left", "goal"])
export type Ending = typeof Ending.Type

/** One journey and its outcomes. */
export const JourneyRow = Schema.Struct({
  /** The ids of its steps, up to the first attempt to call. `…` replaces the steps beyond the cap. */
  steps: Steps,
  /** How many interactions took it; those still open or pending included. */
  interactions: Count,
  /** Their share of all journeys counted. */
  share: Schema.Finite,
  /** The share of this row and all rows above it. */
  cumulative: Schema.Finite,
  /** How many ended in an effective call, within the window. */
  effectiveCalls: Count,
  /** How many attempted a call and reached no person. */
  failedCalls: Count,
  /** Effective calls among its settled interactions. */
  callRate: Rate,
})
export type JourneyRow = typeof JourneyRow.Type

/** A journey that a scenario declares. */
export const DeclaredJourney = Schema.Struct({ scenario: Schema.String, steps: Steps, interactions: Count })

/** The figures of journeys. */
export const JourneyFigures = Schema.Struct({
  /** Distinct journeys. */
  distinct: Count,
  /** Steps in them, after collapsing and capping. */
  steps: Count,
  /** Interactions counted: all that have started, less the excluded; those of `merged` too. */
  interactions: Count,
  /** Those of them that are still open or pending. */
  provisional: Count,
  /** Interactions whose journey is longer than the cap. */
  capped: Count,
  /** Interactions whose journey found no room in the tree. */
  overflow: Count,
  /** The 20 most used; ties by key in code-point order. */
  mostUsed: Schema.Array(JourneyRow),
  leastUsed: Schema.Struct({
    /** Declared journeys that no interaction took. */
    declaredUnused: Schema.Array(DeclaredJourney),
    /** Declared screens that no interaction reached. */
    declaredScreensUnused: Schema.Array(Schema.Struct({ scenario: Schema.String, step: Schema.String })),
    /** The least used declared journeys of those with `rareBelow` interactions or more. */
    declaredRare: Schema.Array(DeclaredJourney),
    /** All journeys with fewer than `rareBelow` interactions, as one line. */
    tail: Schema.Struct({ journeys: Count, interactions: Count, share: Schema.Finite, below: Count }),
  }),
  /** Journeys of purged days that too few persons had taken to be listed, as one line. */
  merged: Schema.Struct({ journeys: Count, interactions: Count }),
  /** The 20 journeys from which most effective calls came. */
  mostCallsByVolume: Schema.Array(JourneyRow),
  /** The 20 that most often ended in one, by the lower end of the interval, from `minimumForRate` interactions on. */
  mostCallsByRate: Schema.Array(JourneyRow),
  /** How interactions ended. */
  endings: Schema.Struct({ call: Count, callFailed: Count, handedOff: Count, left: Count, goal: Count }),
  /** Interactions that returned to a step that they had left. */
  loops: Rate,
  /**
   * The flow from step to step for a Sankey diagram: nodes by position, so that it has no cycle; five steps deep, the
   * rest as `other`.
   */
  flow: Schema.Struct({
    nodes: Schema.Array(Schema.Struct({ id: Schema.String, label: Schema.String, depth: Count })),
    links: Schema.Array(Schema.Struct({ source: Schema.String, target: Schema.String, interactions: Count })),
  }),
})
export type JourneyFigures = typeof JourneyFigures.Type

/** One line of the waterfall: the visits of a step. */
export const WaterfallRow = Schema.Struct({
  step: Schema.String,
  visits: Count,
  /** Interactions that went through it at least once. */
  interactions: Count,
  /** The steps that follow, most frequent first. */
  next: Schema.Array(Schema.Struct({ step: Schema.String, visits: Count, share: Schema.Finite })),
  /** Visits after which the person called, effectively or not. */
  exitToCall: Count,
  /** Visits that were the last without a call. */
  exitWithoutCall: Count,
  /** Visits that are the last so far of an interaction still open or pending. */
  provisional: Count,
  /** The median time until the next step, in whole seconds; `null` where none followed. */
  medianSeconds: Schema.NullOr(Count),
})
export type WaterfallRow = typeof WaterfallRow.Type

/** One calendar day in the Customer's time zone, by the start of the interactions. */
export const TrendDay = Schema.Struct({
  day: Schema.String,
  started: Count,
  /** Whether some of its interactions are still open or pending. */
  provisional: Schema.Boolean,
  noEffectiveCall: Rate,
  attemptFailed: Rate,
})
export type TrendDay = typeof TrendDay.Type

/** A figure of a day that changed after the day had been published. */
export const Restatement = Schema.Struct({
  day: Schema.String,
  window: Window,
  before: Schema.Struct({ k: Count, n: Count }),
  after: Schema.Struct({ k: Count, n: Count }),
})
export type Restatement = typeof Restatement.Type

/** The report. */
export const CustomerReport = Schema.Struct({
  customer: Schema.String,
  /** The watermark at which states were judged, ISO 8601 in UTC; `null` where there is no event. */
  asOf: Schema.NullOr(Schema.String),
  window: Window,
  /** The policy versions that bound the interactions, in code-point order, joined by a comma; empty where none did. */
  policyVersion: Schema.String,
  definitionVersion: Schema.String,
  definitions: Definition,
  calls: Schema.Struct({
    /** Calls recorded: attempts, and triggering calls that stayed in the menu. */
    total: Count,
    legs: Count,
    effective: Count,
    /** Answered, but by no person. */
    notHuman: Count,
    /** Answered; the log does not say whether by a person. */
    humanUnknown: Count,
  }),
  /** In the headline window; `started` is the sum of the others. */
  interactions: Schema.Struct({
    started: Count,
    open: Count,
    pending: Count,
    excluded: Count,
    effective: Count,
    attemptFailed: Count,
    deflected: Count,
  }),
  /** Deflected interactions by kind, in the headline window. */
  deflectedKinds: Schema.Struct({ goal: Count, handedOff: Count, left: Count, bounced: Count }),
  /** Attempts that failed, by reason, in the headline window. */
  failedReasons: Schema.Record(Schema.String, Count),
  rates: Schema.Struct({
    "in-interaction": WindowRates,
    PT24H: WindowRates,
    PT72H: WindowRates,
    P7D: WindowRates,
  }),
  /** Deflected, linkable, and the same person did not come back within the time; of those observed for that long. */
  noRepeat: Schema.Struct({ PT24H: Rate, PT72H: Rate, P7D: Rate }),
  journeys: JourneyFigures,
  waterfall: Schema.Array(WaterfallRow),
  /** Failed attempts by weekday (rows, Monday first) and hour (columns) in the Customer's time zone. */
  failedByHour: Schema.Array(Schema.Array(Count)),
  /** By day, oldest first. */
  trend: Schema.Array(TrendDay),
  /** Figures of days that had been published and changed since, oldest first. */
  restated: Schema.Array(Restatement),
  /** Counters about how the technology was used, as `Measures` lists them. */
  quality: Schema.Struct(Quality),
})
export type CustomerReport = typeof CustomerReport.Type
