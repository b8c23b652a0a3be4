/**
 * A person under a published version, in its time, and their requests: the scene of tests that ask the rules of requests.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Version } from "../policy/laws.testing.ts"
import { answerDuties } from "../policy/text/parameters/rights.ts"
import type { Actor } from "../privacy/AccessLog.ts"
import type * as Identifiers from "../privacy/Identifiers.ts"
import {
  type Answer,
  DataSubjectRequests,
  type Declaration,
  type Received,
  type RequestRefusal,
} from "./DataSubjectRequests.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, day, nobody } from "./scene.testing.ts"
import { allowedUse, contractedUnder } from "./versions.testing.ts"

export const actor: Actor = { id: nobody, roles: ["support"] }

/** The identifier by which a person is found: under Dialogra a processor keeps no telephone number. */
const identifierUnder = (version: Version): Identifiers.Identifier =>
  version.policy.parameters.categories.processor.includes("telephoneNumber")
    ? { kind: "telephoneNumber", text: "+33612345678" }
    : { kind: "ipAddress", text: "192.0.2.7" }

/** A person with an identifier, under a version, in its time. */
export const personUnder = Effect.fnUntraced(function* (version: Version) {
  const at = DateTime.toEpochMillis(version.policy.at)
  yield* TestClock.setTime(at)
  yield* contractedUnder(version, at)
  const pseudonyms = yield* Pseudonyms
  const pseudonym = yield* pseudonyms.issue(customer)
  const identifier = identifierUnder(version)
  const { purpose } = allowedUse(version, [identifier.kind])
  const value = yield* pseudonyms.observe({ customer, pseudonym, identifier, purposes: [purpose], validFrom: at })
  yield* TestClock.setTime(at + 3 * day)
  return { at, identifier, purpose, pseudonym, value, version }
})

export type Scene = Effect.Success<ReturnType<typeof personUnder>>

/** A request, by default that of a person whom the party that decides has located and verified. */
export const made = Effect.fnUntraced(function* (
  { at, identifier, purpose, version }: Scene,
  kind: Received["kind"],
  options: Partial<Received> & { readonly isLocated?: boolean; readonly isVerified?: boolean } = {},
) {
  const { isLocated = true, isVerified = true, ...received } = options
  const requests = yield* DataSubjectRequests
  const request = yield* requests.receive({
    customer,
    kind,
    channel: "email",
    requester: Uuid.derived("a requester"),
    purposes: [purpose],
    ...received,
  })
  const which = { customer, request }
  const detail = { identifier, from: at, to: at + day } as const
  if (isLocated) {
    const take = (yield* requests.locate(which, [detail], actor)).map(({ pseudonym }) => pseudonym)
    yield* requests.choose(which, { details: [detail], take, leaveOut: [] }, actor)
  }
  const now = DateTime.makeUnsafe(at + 3 * day)
  const { handler } = yield* requests.stateOf(which)
  if (isVerified) {
    const by = handler === "customer" ? "customer" : version.policy.parameters.verifiers[0]!
    yield* requests.declare(which, { _tag: "VerifyIdentity", at: now, by, method: "locatorMatch" })
  }
  const by = handler!
  return {
    which,
    by,
    declare: (declaration: Declaration) => requests.declare(which, declaration),
    fulfil: (more: Partial<Answer> = {}) =>
      requests.fulfil({ ...which, actor, by, states: [...answerDuties], signInRemoved: true, ...more }),
    refuse: (more: Partial<RequestRefusal>) =>
      requests.refuse({
        ...which,
        actor,
        by,
        ground: "manifestlyUnfounded",
        reasons: "the reasons",
        states: [...answerDuties],
        ...more,
      }),
    lift: (informed: boolean) => requests.lift({ ...which, actor, informed }),
    read: requests.read(which, actor),
    now,
  }
})
