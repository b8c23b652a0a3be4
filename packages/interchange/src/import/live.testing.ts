/**
 * The rows of a log as a service that runs would see them: each is recorded when it happens, through the plain verbs of
 * Tacet alone. Nothing of the importer is used, so that both can be compared.
 */
import { type EventStore, type ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import { makeTacet, type Tacet } from "@tacet/core/services"
import { type CustomerReport, Definition } from "@tacet/core/statistics"
import * as DateTime from "effect/DateTime"
import * as Layer from "effect/Layer"
import type { Mapping } from "../mapping/Mapping.ts"
import type { CallFact, Fact, SourceRow } from "../SourceRow.ts"
import { compartmentOf, type Declarations, declarationsOf, layerPolicies } from "./Declarations.ts"

/** How the service runs. */
export interface Service {
  readonly stores: Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore>
  readonly mapping: Mapping
  /** How often it ends idle interactions and notes returns, in milliseconds of the rows' time. */
  readonly everyMillis: number
  /** Whether it crashes after what it has done at each such moment, and does it again. */
  readonly repeats?: boolean
  /** The moment of the report. */
  readonly asOf: number
}

/** A case that the service follows, with the call that is going on. */
interface Followed {
  readonly interaction: string
  call?: { readonly id: string; answered?: { readonly at: number; readonly human: boolean | "unknown" } }
}

/** Records the rows one by one, in the order of time, and reports. */
export const live = async (
  rows: ReadonlyArray<Pick<SourceRow, "at" | "case" | "facts" | "person">>,
  { asOf, everyMillis, mapping, repeats = false, stores }: Service,
): Promise<CustomerReport.CustomerReport> => {
  const customer = compartmentOf("test")
  const declarations = declarationsOf(customer, mapping)
  const tacet = makeTacet({
    stores: Layer.merge(stores, layerPolicies),
    definition: Definition.standard,
    retention: "elsewhere",
  })
  try {
    await tacet.declare(customer, declarations.commands)
    const cases = new Map<string, Followed>()
    const people = new Map<string, Set<string>>()
    let next = Number.NEGATIVE_INFINITY
    const follow = async (at: number) => {
      for (let time = 0; time < (repeats ? 2 : 1); time++) {
        await tacet.endIdle(customer, { asOf: at })
        await tacet.noteReturns(
          customer,
          Array.from(people.values(), (ids) => Array.from(ids)),
          { asOf: at },
        )
      }
    }
    for (const row of rows) {
      if (row.at >= next) {
        await follow(row.at)
        next = row.at + everyMillis
      }
      const known = row.person === undefined ? undefined : (people.get(row.person) ?? new Set())
      if (row.person !== undefined && known !== undefined) people.set(row.person, known)
      const recorded = await record(tacet, { declarations, cases, known, repeats }, row)
      if (recorded !== undefined) known?.add(recorded)
    }
    await follow(asOf + 1)
    return await tacet.report(customer, { name: "test", asOf })
  } finally {
    await tacet.close()
  }
}

interface Scene {
  readonly declarations: Declarations
  readonly cases: Map<string, Followed>
  /** The interactions of the person whom the row names. */
  readonly known: ReadonlySet<string> | undefined
  readonly repeats: boolean
}

/** Records a row, all or nothing; the interaction that holds it, where one does. */
const record = async (
  tacet: Tacet,
  { cases, declarations, known, repeats }: Scene,
  row: Pick<SourceRow, "at" | "case" | "facts">,
): Promise<string | undefined> => {
  const { customer } = declarations
  const own = cases.get(row.case)
  const followed: Followed = { ...(own ?? { interaction: Uuid.derived("live", row.case) }) }
  const commands = row.facts.flatMap((fact) => commandsOf(declarations, followed, row, fact))
  const isCall = row.facts.every(({ _tag }) => _tag === "call" || _tag === "callPlaced")
  if (own === undefined && isCall && known !== undefined) {
    for (let time = 0; time < (repeats ? 2 : 1); time++) {
      const interaction = await tacet.attributeCall({ customer, among: Array.from(known), commands })
      if (interaction === undefined) break
      cases.set(row.case, { ...followed, interaction })
      if (time === (repeats ? 1 : 0)) return interaction
    }
  }
  const { interaction } = followed
  const start = own === undefined ? [startOf(declarations, row.at, isCall, known !== undefined)] : []
  const { outcomes } = await tacet.record({ customer, interaction, accept: "all", commands: [...start, ...commands] })
  // A refused beginning leaves nothing, so that the next row of the case begins the interaction.
  if (!outcomes.every((outcome) => Array.isArray(outcome))) return undefined
  cases.set(row.case, followed)
  return interaction
}

const startOf = (declarations: Declarations, millis: number, isCall: boolean, linkable: boolean) => {
  const at = DateTime.makeUnsafe(millis)
  const number = declarations.number(undefined)
  const { scenario } = declarations
  return isCall
    ? { _tag: "StartInteraction", at, trigger: { _tag: "incomingCall", number }, interface: "phone-menu", linkable }
    : {
        _tag: "StartInteraction",
        at,
        trigger: { _tag: "contactRequest", channel: "web", entryPoint: declarations.entryPoint(undefined) },
        interface: "web",
        ...(scenario === undefined ? {} : { scenario }),
        linkable,
      }
}

/** The commands of what happened; the call that goes on is noted. */
const commandsOf = (
  declarations: Declarations,
  followed: Followed,
  { at: millis, case: key }: Pick<SourceRow, "at" | "case">,
  fact: Fact,
): ReadonlyArray<unknown> => {
  const at = DateTime.makeUnsafe(millis)
  const number = declarations.number(undefined)
  const { call } = followed
  switch (fact._tag) {
    case "step":
      return [{ _tag: "TakeStep", at, step: fact.step, kind: declarations.stepKinds.get(fact.step) ?? "other" }]
    case "redirected":
      return [{ _tag: "RedirectToCustomer", at, to: "customerArea" }]
    case "callRequested":
      return [{ _tag: "RequestCall", at }]
    case "excluded":
      return [{ _tag: "ExcludeInteraction", at, reason: fact.reason }]
    case "ended":
      return [{ _tag: "EndInteraction", at, reason: "completed" }]
    case "call":
      return wholeCall(number, key, fact)
    case "callPlaced": {
      const id = Uuid.derived("live call", key, `${millis}`)
      followed.call = { id }
      return [{ _tag: "PlaceCall", at, call: id, number, asksForPerson: true }]
    }
    case "callAnswered":
      if (call === undefined) return []
      followed.call = { ...call, answered: { at: millis, human: fact.human } }
      return [{ _tag: "AnswerCall", at, call: call.id, human: fact.human }]
    case "callEnded": {
      if (call === undefined) return []
      const { answered } = call
      const talkSeconds = answered === undefined ? 0 : Math.floor((millis - answered.at) / 1000)
      const disposition = answered === undefined ? "noAnswer" : answered.human === false ? "automated" : "answered"
      return [{ _tag: "EndCall", at, call: call.id, talkSeconds, disposition, legs: 1 }]
    }
    default:
      throw new Error(`a row of ${fact._tag} is not foreseen here`)
  }
}

const wholeCall = (number: string, key: string, fact: CallFact): ReadonlyArray<unknown> => {
  const { answeredAt, asksForPerson, disposition, endedAt, human, placedAt, talkSeconds } = fact
  const call = Uuid.derived("live call", key, `${placedAt}`)
  const at = (millis: number) => DateTime.makeUnsafe(millis)
  return [
    { _tag: "PlaceCall", at: at(placedAt), call, number, asksForPerson },
    ...(answeredAt === undefined ? [] : [{ _tag: "AnswerCall", at: at(answeredAt), call, human }]),
    { _tag: "EndCall", at: at(endedAt ?? placedAt), call, talkSeconds: talkSeconds ?? 0, disposition, legs: 1 },
  ]
}
