/**
 * Declarations about a pseudonym that carry no value: consents, objections, restriction, recognition and links. The
 * vault refuses a stopped purpose or a restricted subject before the log records it, and permits it only after the log
 * does.
 */
import * as Effect from "effect/Effect"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import * as Declarations from "../internal/Declarations.ts"
import { linkedWith, requireApartAll } from "./linked.ts"
import { type Ports, type PseudonymRef, record, stateOf, subjectOf } from "./recording.ts"

/**
 * The declarations about a pseudonym that carry no value. The other commands have operations of their own.
 */
export type Declaration = Exclude<
  Pseudonym.Command,
  { readonly _tag: "IssuePseudonym" | "ObserveIdentifier" | "RectifyDetail" | "ErasePseudonym" | "AcceptPolicy" }
>

/** Decides and records a declaration, and brings the vault to the same state. */
export const declare = (ports: Ports) =>
  Effect.fn("Pseudonyms.declare")(function* (whose: PseudonymRef, declaration: Declaration) {
    const stops = stopping(declaration)
    const recorded = record(ports.decisions, whose, declaration, (declared) =>
      Effect.gen(function* () {
        if (declaration._tag === "LinkPseudonym") yield* join(ports, whose, declaration, declared)
        if (stops === true) yield* stopInVault(ports, whose, declaration, true)
        return declaration
      }),
    )
    // A refusal may mean that an attempt which was stopped has recorded it already.
    const events = yield* Effect.tapErrorTag(recorded, "Refusal", () =>
      stops === false ? settle(ports, whose, declaration) : Effect.void,
    )
    if (stops !== undefined) yield* settle(ports, whose, declaration)
    return events
  })

/**
 * What precedes a link: the data under both pseudonyms may meet (ADID-DEV, ADID-PII), and the other one is linked too, so
 * that either leads to both.
 */
const join = Effect.fnUntraced(function* (
  { decisions, vault }: Ports,
  { customer, pseudonym }: PseudonymRef,
  { _tag, at, other }: Extract<Declaration, { readonly _tag: "LinkPseudonym" }>,
  declared: Declarations.Declared,
) {
  const policy = yield* Declarations.bound(declared, _tag, at)
  const both = yield* Effect.forEach([pseudonym, other], (one) =>
    Effect.flatMap(stateOf(decisions, { customer, pseudonym: one }), (state) =>
      linkedWith(decisions, customer, one, state),
    ),
  )
  yield* requireApartAll(policy, new Map(both.flatMap((each) => Array.from(each))), _tag, vault.kept(customer))
  const back = { _tag, at, other: pseudonym }
  yield* record(decisions, { customer, pseudonym: other }, back, () => Effect.succeed(back))
})

/** Stops in the vault the use that a declaration concerns, or permits it. */
const stopInVault = (
  { vault }: Ports,
  { customer, pseudonym }: PseudonymRef,
  declaration: Declaration,
  stopped: boolean,
) => {
  const subject = subjectOf(pseudonym)
  return "purpose" in declaration && declaration.purpose !== undefined
    ? vault.object(customer, subject, declaration.purpose, stopped)
    : vault.restrict(customer, subject, stopped)
}

/**
 * Brings the vault to the state of the log. Two callers may declare opposites at once, so the log is read again after
 * the write: the last to write has read the last declaration.
 */
const settle = Effect.fnUntraced(function* (ports: Ports, whose: PseudonymRef, declaration: Declaration) {
  let stopped = isStopped(yield* stateOf(ports.decisions, whose), declaration)
  for (;;) {
    yield* stopInVault(ports, whose, declaration, stopped)
    const now = isStopped(yield* stateOf(ports.decisions, whose), declaration)
    if (now === stopped) return
    stopped = now
  }
})

/** Whether a declaration stops processing, permits it again, or does neither. */
const stopping = (declaration: Declaration): boolean | undefined => {
  switch (declaration._tag) {
    case "RaiseObjection":
      return true
    // A purpose that alone is restricted is stopped by the gate, which reads it from the log.
    case "RestrictProcessing":
      return declaration.purpose === undefined ? true : undefined
    case "LiftRestriction":
      return declaration.purpose === undefined ? false : undefined
    case "ResolveObjection":
      return declaration.upheld
    default:
      return undefined
  }
}

/** Whether the log stops the use that a declaration concerns. */
const isStopped = (state: Pseudonym.State, declaration: Declaration): boolean =>
  "purpose" in declaration && declaration.purpose !== undefined
    ? state.objections.has(declaration.purpose)
    : state.phase === "restricted"
