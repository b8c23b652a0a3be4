/**
 * The unit of acceptance: a row, or the legs that make one call. All of a unit is recorded or nothing of it is.
 */
import type { Interaction } from "@tacet/core/domain"
import type { CallFact, Fact, SourceRow } from "../SourceRow.ts"
import type { RowId } from "./Duplicates.ts"

/** The rest of a row once its facts are extracted: enough to count it and to report its line. */
export interface RowReference {
  readonly line: number
  /** Where the row has an id of its own. */
  readonly id?: RowId
}

/** A call with the number of its legs and its key within the case. */
export interface WholeCall extends CallFact {
  readonly _tag: "wholeCall"
  readonly key: string
  readonly legs: number
}

/** A fact as a command can be made of it. */
export type UnitFact = Exclude<Fact, { readonly _tag: "call" | "leg" }> | WholeCall

export interface Unit {
  readonly rows: ReadonlyArray<RowReference>
  /** The moment of its first row. */
  readonly at: number
  /** The source's key of the interaction. */
  readonly case: string
  /** The token of the person, where the source names one. */
  readonly person?: string
  /** The names of the Customer's number and entry point, where the source has them. */
  readonly number?: string
  readonly entryPoint?: string
  /** In the order in which they happened. */
  readonly facts: ReadonlyArray<{ readonly at: number; readonly fact: UnitFact }>
  /**
   * `callGroup`: legs, complete; where no interaction holds them the phone menu is the interface, and it is over with
   * them. `caseEnd`: the source says that nothing follows.
   */
  readonly kind: "row" | "callGroup" | "caseEnd"
}

/** The key of the call that the legs of a case make. */
export const legsKey = "legs"

/**
 * How long after the end of a leg another of the same call may still begin: telephone systems round to whole seconds,
 * and some take the time of hanging up for the next leg's start.
 */
export const legGraceMillis = 60_000

/** The unit of a row that holds no leg. */
export const ofRow = (row: SourceRow, reference: RowReference, person: string | undefined): Unit => ({
  rows: [reference],
  at: row.at,
  case: row.case,
  ...(person === undefined ? {} : { person }),
  ...whereOf(row),
  facts: row.facts.flatMap((fact): Unit["facts"] => {
    if (fact._tag === "leg") return []
    if (fact._tag !== "call") return [{ at: row.at, fact }]
    // Without an id of its own a call is known by its moment: the same again is the same call.
    return [{ at: row.at, fact: { ...fact, _tag: "wholeCall", key: row.id ?? `at ${fact.placedAt}`, legs: 1 } }]
  }),
  kind: "row",
})

/** The Customer's number and entry point that a row names. */
export const whereOf = ({ entryPoint, number }: SourceRow): Pick<Unit, "number" | "entryPoint"> => ({
  ...(number === undefined ? {} : { number }),
  ...(entryPoint === undefined ? {} : { entryPoint }),
})

/** The unit that ends a case, at the last moment recorded of it. */
export const ofCaseEnd = (caseKey: string): Unit => ({ rows: [], at: 0, case: caseKey, facts: [], kind: "caseEnd" })

/** Whether an interface other than the phone menu was used. */
export const showsInterface = ({ facts, kind }: Unit): boolean =>
  kind !== "callGroup" && facts.some(({ fact }) => !callTags.has(fact._tag) && !markTags.has(fact._tag))

/** Whether it is of a call and of nothing else: an interaction that begins with it has the phone menu as interface. */
export const isCallOnly = (unit: Unit): boolean =>
  unit.kind === "callGroup" || (!showsInterface(unit) && unit.facts.some(({ fact }) => callTags.has(fact._tag)))

/**
 * When the person called without having used an interface; `undefined` where they used one, or did not ask for a
 * person.
 */
export const loneCallAt = (unit: Unit): number | undefined => {
  if (unit.facts.some(({ fact }) => !callTags.has(fact._tag))) return undefined
  for (const { at, fact } of unit.facts) {
    if (fact._tag === "callPlaced") return at
    if (fact._tag === "wholeCall" && fact.asksForPerson) return fact.placedAt
  }
  return undefined
}

const callTags: ReadonlySet<UnitFact["_tag"]> = new Set([
  "wholeCall",
  "callPlaced",
  "callAnswered",
  "callEnded",
] as const)

/** Facts about an interaction that do not count as its use. */
const markTags: ReadonlySet<UnitFact["_tag"]> = new Set(["excluded", "ended"] as const)

/** The call that several legs make: a transfer or a conference is one call, effective where one leg proves a person. */
export const callOfLegs = (legs: ReadonlyArray<CallFact>): WholeCall | undefined => {
  const [first] = legs
  if (first === undefined) return undefined
  const human = humanOf(legs)
  const speaking = legs.filter((leg) => leg.answeredAt !== undefined && (human === false || leg.human === human))
  const answers = legs.flatMap(({ answeredAt }) => answeredAt ?? [])
  const talks = speaking.flatMap(({ talkSeconds }) => talkSeconds ?? [])
  const ends = legs.flatMap(({ answeredAt, endedAt, placedAt }) => endedAt ?? answeredAt ?? placedAt)
  const saysEnd = speaking.length === 0 || talks.length > 0
  return {
    _tag: "wholeCall",
    key: legsKey,
    legs: legs.length,
    placedAt: Math.min(...legs.map(({ placedAt }) => placedAt)),
    ...(answers.length === 0 ? {} : { answeredAt: Math.min(...answers) }),
    ...(saysEnd ? { endedAt: Math.max(...ends), talkSeconds: Math.max(0, ...talks) } : {}),
    human,
    disposition: dispositionOf(speaking.length > 0 && human !== false ? speaking : legs),
    asksForPerson: legs.some(({ asksForPerson }) => asksForPerson),
  }
}

const humanOf = (legs: ReadonlyArray<CallFact>): Interaction.PersonReached => {
  if (legs.some(({ answeredAt, human }) => human === true && answeredAt !== undefined)) return true
  return legs.some(({ answeredAt, human }) => human === "unknown" && answeredAt !== undefined) ? "unknown" : false
}

/** The most informative disposition comes first: an unanswered leg says less about the call than an abandoned queue. */
const telling: ReadonlyArray<Interaction.Disposition> = [
  "queueAbandoned",
  "shortAbandoned",
  "voicemail",
  "closed",
  "busy",
  "cancelled",
  "noAnswer",
  "failed",
  "answered",
  "menuAbandoned",
  "automated",
]

const dispositionOf = (legs: ReadonlyArray<CallFact>): Interaction.Disposition =>
  telling.find((disposition) => legs.some((leg) => leg.disposition === disposition)) ?? "failed"
