/**
 * Whether a value may be sealed: by the gate, by the notices that the person was given, by what else is kept of them, by the
 * record of processing, and by the end that it would have. The vault asks it of every value; a service that writes more than one asks it before the first.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import { Purpose } from "../../policy/text/parameters/purposes.ts"
import { usualSourceOf } from "../../privacy/Source.ts"
import type { Sealing } from "../../privacy/OpeningPolicy.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { linkedWith, requireApart } from "../pseudonyms/linked.ts"
import { requireNotice } from "../pseudonyms/noticing.ts"
import type { Declared } from "./Declarations.ts"
import type { Decisions } from "./Decisions.ts"
import * as Gate from "./Gate.ts"
import * as ProcessingEntries from "./ProcessingEntries.ts"
import * as RetentionEnds from "./RetentionEnds.ts"

const isPurpose = Schema.is(Purpose)

interface Ports {
  readonly decisions: Decisions
  /** Whether people are informed by a program that keeps no record of it here. */
  readonly noticedElsewhere: boolean
}

/** Refuses a value that may not be sealed for its owner, as that is or will be by then. */
export const requireSealable = Effect.fnUntraced(function* (
  { decisions, noticedElsewhere }: Ports,
  declared: Declared,
  owner: Gate.Owner,
  sealing: Sealing,
) {
  const { at: collectedAt, category, collectedBy, customer, source, subject } = sealing
  yield* Effect.fromResult(Gate.judgeSealing(sealing, declared, owner))
  if (owner?._tag !== "pseudonym") return
  const moment = DateTime.makeUnsafe(collectedAt)
  const isGiven = collectedBy === undefined && (source ?? usualSourceOf(category)) === "givenByPerson"
  if (isGiven && !noticedElsewhere) yield* requireNotice(decisions, declared, owner.state, sealing)
  const policy = declared.policyAt(moment)
  if (policy !== undefined) {
    const linked = yield* linkedWith(decisions, customer, subject as Uuid as Pseudonym.PseudonymId, owner.state)
    yield* requireApart(policy, linked, { command: "SealValue" }, category, sealing.kept)
  }
  const entries = yield* ProcessingEntries.lookUp(decisions, customer, declared)
  const entry = entries?.missing(category, sealing.declared.filter(isPurpose), moment)
  if (entry !== undefined) {
    return yield* new Refusal({ rule: "DECLARED", command: "SealValue", field: "category", accepted: entry })
  }
  const at = yield* Clock.currentTimeMillis
  const { ends } = owner.state
  const datum = { category, collectedAt, at, purposes: sealing.declared, ends, command: "SealValue" }
  yield* RetentionEnds.requireEnd(decisions, customer, declared, datum)
})
