/**
 * Finds the person who asks, by the details that they bring (R-LOCATE, GDPR 11(2)).
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import type { Locator } from "../../policy/text/parameters/rights.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import type * as Identifiers from "../../privacy/Identifiers.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import { accessOf, decide, foresee, keep, type Ports, type RequestRef, utcNow } from "./records.ts"

/** An identifier, and when it belonged to the person: `[from, to)`. */
export interface Detail {
  readonly identifier: Identifiers.Identifier
  readonly from: EpochMillis
  readonly to: EpochMillis
}

/** Looks for the person, and seals the details under the request where there is one. */
export const locate = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.locate")(function* (which: RequestRef, details: ReadonlyArray<Detail>, actor: Actor) {
    const { customer } = which
    const at = yield* utcNow
    const access = accessOf(which, actor)
    const locating = (values: ReadonlyArray<Sealed<string>>): RightsRequest.Command => ({
      _tag: "LocateSubject",
      at,
      locators: details.map(({ from, identifier, to }, index) => ({
        kind: locatorOf[identifier.kind],
        value: values[index]!,
        bound: { from: DateTime.makeUnsafe(from), to: DateTime.makeUnsafe(to) },
      })),
    })
    const proposed = yield* Effect.forEach(details, ({ identifier }) =>
      Effect.map(Uuid.next, (reference) => ({ reference, category: identifier.kind })),
    )
    yield* foresee(ports, which, locating(proposed))
    const found = yield* Effect.forEach(details, (detail) => ports.vault.locate({ customer, ...detail, ...access }))
    // All details must belong to the person: a subject with one of them alone may be somebody else.
    const all = (found[0] ?? []).filter((subject) => found.every((subjects) => subjects.includes(subject)))
    if (all.length === 0) return []
    const sealed = yield* Effect.forEach(details, ({ identifier }) =>
      keep(ports, which, identifier.kind, identifier.text),
    )
    for (const subject of all) yield* keep(ports, which, "accountIdentifier", subject)
    yield* decide(ports, which, locating(sealed))
    return all as ReadonlyArray<string> as ReadonlyArray<Pseudonym.PseudonymId>
  })

const locatorOf: Readonly<Record<Identifiers.Identifier["kind"], Locator>> = {
  ipAddress: "ipAddressInRange",
  telephoneNumber: "telephoneNumberInPeriod",
  advertisingIdentifier: "advertisingIdentifier",
  deviceIdentifier: "otherDetails",
  cookieIdentifier: "otherDetails",
}
