/**
 * Finds who may be the person who asks, by the details that they bring (R-LOCATE, GDPR 11(2)). Two persons may share an
 * address or a telephone number, so a search answers candidates, and none of their data.
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
import type { SubjectId } from "../../privacy/Subject.ts"
import { momentOrNow } from "../internal/Moments.ts"
import { accessOf, foresee, type Ports, type RequestRef } from "./records.ts"

/** An identifier, and the time in which it belonged to the person: `[from, to)`. */
export interface Detail {
  readonly identifier: Identifiers.Identifier
  readonly from: EpochMillis
  readonly to: EpochMillis
}

/** A candidate for the person: attributes that distinguish them from the others, and none of their data. */
export interface Candidate {
  readonly pseudonym: Pseudonym.PseudonymId
  /** The indices of the details that lead to the candidate. */
  readonly matches: ReadonlyArray<number>
  /** The other candidates that are recorded as the same person. */
  readonly linked: ReadonlyArray<Pseudonym.PseudonymId>
  /** The kinds of identifier that were observed: the person can be asked for one of them. */
  readonly identifiers: ReadonlyArray<Pseudonym.IdentifierKind>
  /** How many interactions and disclosures are linked to the candidate. */
  readonly interactions: number
}

/** The command that records who was located by which details. */
export const locating = (
  at: DateTime.Utc,
  details: ReadonlyArray<Detail>,
  values: ReadonlyArray<Sealed<string>>,
  choice?: (typeof RightsRequest.SubjectLocated.Type)["choice"],
): RightsRequest.Command => ({
  _tag: "LocateSubject",
  at,
  locators: details.map(({ from, identifier, to }, index) => ({
    kind: locatorOf[identifier.kind],
    value: values[index]!,
    bound: { from: DateTime.makeUnsafe(from), to: DateTime.makeUnsafe(to) },
  })),
  ...(choice === undefined ? {} : { choice }),
})

/** The references that details would have, for a decision that is foreseen. */
export const proposed = (details: ReadonlyArray<Detail>) =>
  Effect.forEach(details, ({ identifier }) =>
    Effect.map(Uuid.next, (reference) => ({ reference, category: identifier.kind })),
  )

/** Looks for the person by each detail, and changes nothing. Refused for a detail that the policy does not list. */
export const locate = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.locate")(function* (which: RequestRef, details: ReadonlyArray<Detail>, actor: Actor) {
    const { customer } = which
    for (const { from, to } of details) {
      yield* momentOrNow("LocateSubject", from, "details.from")
      yield* momentOrNow("LocateSubject", to, "details.to")
    }
    yield* foresee(ports, which, locating(yield* DateTime.now, details, yield* proposed(details)))
    const access = accessOf(which, actor)
    const found = yield* Effect.forEach(details, (detail) => ports.vault.locate({ customer, ...detail, ...access }))
    const subjects = Array.from(new Set(found.flat()))
    const states = yield* Effect.forEach(subjects, (subject) =>
      ports.pseudonyms.stateOf({ customer, pseudonym: pseudonymOf(subject) }),
    )
    const components = componentsOf(subjects.map((subject, index) => [pseudonymOf(subject), states[index]!.linked]))
    return yield* Effect.forEach(subjects, (subject, index) =>
      Effect.map(ports.vault.interactionsOf(customer, subject), (links): Candidate => ({
        pseudonym: pseudonymOf(subject),
        matches: found.flatMap((matched, detail) => (matched.includes(subject) ? [detail] : [])),
        linked: components.find((one) => one.has(pseudonymOf(subject)))!.without(pseudonymOf(subject)),
        identifiers: Array.from(states[index]!.identifiers).sort(),
        interactions: links.length,
      })),
    )
  })

interface Component {
  readonly has: (pseudonym: Pseudonym.PseudonymId) => boolean
  readonly without: (pseudonym: Pseudonym.PseudonymId) => ReadonlyArray<Pseudonym.PseudonymId>
}

/** The pseudonyms that are linked with each other, directly or through others of them. */
const componentsOf = (
  linked: ReadonlyArray<readonly [Pseudonym.PseudonymId, ReadonlySet<Pseudonym.PseudonymId>]>,
): ReadonlyArray<Component> => {
  const components: Array<Set<Pseudonym.PseudonymId>> = []
  for (const [pseudonym, others] of linked) {
    const own = [pseudonym, ...linked.map(([other]) => other).filter((other) => others.has(other))]
    const touched = components.filter((component) => own.some((one) => component.has(one)))
    for (const component of touched) components.splice(components.indexOf(component), 1)
    components.push(new Set([...own, ...touched.flatMap((component) => Array.from(component))]))
  }
  return components.map((component) => ({
    has: (pseudonym) => component.has(pseudonym),
    without: (pseudonym) => Array.from(component).filter((other) => other !== pseudonym),
  }))
}

const pseudonymOf = (subject: SubjectId) => subject as Uuid.Uuid as Pseudonym.PseudonymId

const locatorOf: Readonly<Record<Identifiers.Identifier["kind"], Locator>> = {
  ipAddress: "ipAddressInRange",
  telephoneNumber: "telephoneNumberInPeriod",
  advertisingIdentifier: "advertisingIdentifier",
  deviceIdentifier: "otherDetails",
  cookieIdentifier: "otherDetails",
  emailAddress: "otherDetails",
  accountIdentifier: "otherDetails",
}
