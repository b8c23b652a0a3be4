/**
 * Takes candidates into a request, or leaves them out. A candidate is taken only where the details lead to no one else:
 * of two who share an address neither is taken before a further detail distinguishes them (R-LOCATE, GDPR 11(2),
 * 12(6)).
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import { type Candidate, type Detail, locate, locating, proposed } from "./locating.ts"
import { choicesOf, decide, foresee, keep, type Ports, type RequestRef } from "./records.ts"
import { stopFromReceipt } from "./stopping.ts"

/** Which of the candidates that some details lead to are the person. Each of them is named once. */
export interface Choice {
  readonly details: ReadonlyArray<Detail>
  readonly take: ReadonlyArray<Pseudonym.PseudonymId>
  readonly leaveOut: ReadonlyArray<Pseudonym.PseudonymId>
}

/** Records who was taken into the request and who was left out; the same choice again has no further effect. */
export const choose = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.choose")(function* (which: RequestRef, choice: Choice, actor: Actor) {
    const { details, leaveOut, take } = choice
    const candidates = yield* locate(ports)(which, details, actor)
    const violation = violationOf(candidates, choice)
    if (violation !== undefined) {
      return yield* new Refusal({ rule: "R-LOCATE", command: "LocateSubject", ...violation })
    }
    const before = yield* choicesOf(ports, which, actor)
    const isRepeated = take.every((one) => before.taken.has(one)) && leaveOut.every((one) => before.leftOut.has(one))
    if (take.length > 0 && isRepeated) return yield* stopFromReceipt(ports, which, take)
    const at = yield* DateTime.now
    const counts = { taken: take.length, leftOut: leaveOut.length }
    const unkept = { reference: yield* Uuid.next, category: "accountIdentifier" as const }
    yield* foresee(ports, which, locating(at, details, yield* proposed(details), { list: unkept, ...counts }))
    // Before the choice is recorded: after a crash no person is taken whose purposes are still used.
    yield* stopFromReceipt(ports, which, take)
    const sealed = yield* Effect.forEach(details, ({ identifier }) =>
      keep(ports, which, identifier.kind, identifier.text),
    )
    // The event names the list: one that a stopped attempt has sealed does not count.
    const list = yield* keep(ports, which, "accountIdentifier", JSON.stringify({ taken: take, leftOut: leaveOut }))
    yield* decide(ports, which, locating(at, details, sealed, { list, ...counts }))
  })

type Violation = { readonly field: string; readonly accepted: string }

const violationOf = (
  candidates: ReadonlyArray<Candidate>,
  { details, leaveOut, take }: Choice,
): Violation | undefined => {
  const named = [...take, ...leaveOut]
  const isEachNamedOnce =
    new Set(named).size === named.length &&
    named.length === candidates.length &&
    candidates.every(({ pseudonym }) => named.includes(pseudonym))
  if (!isEachNamedOnce) {
    const accepted = `each of the ${candidates.length} candidates that locate answers for these details, taken or left out, once`
    return { field: "leaveOut", accepted }
  }
  // All details must belong to the person: a candidate with some of them may be another person.
  const matching = candidates.filter(({ matches }) => matches.length === details.length)
  const strange = take.some((one) => !matching.some(({ pseudonym }) => pseudonym === one))
  if (strange) return { field: "take", accepted: "candidates to whom every one of the details leads" }
  const taken = matching.find(({ pseudonym }) => take.includes(pseudonym))
  const others = matching.filter(
    ({ pseudonym }) => taken !== undefined && pseudonym !== taken.pseudonym && !taken.linked.includes(pseudonym),
  )
  if (taken === undefined || others.length === 0) return undefined
  const kinds = Array.from(new Set(matching.flatMap(({ identifiers }) => identifiers))).sort()
  const accepted =
    `details that lead to one person alone: these lead to several. AskForDetails for one of ` +
    `${kinds.join(", ") || "the identifiers of their devices"} with its time, or DeclareNotIdentified (GDPR 11(2), 12(6))`
  return { field: "take", accepted }
}
