/**
 * Each rule of requests through the service, under each version that holds it: refused where it is broken, and permitted
 * where the one thing that broke it is changed.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type * as RightsRequest from "../domain/RightsRequest.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version, versions } from "../policy/laws.testing.ts"
import { answerDuties } from "../policy/text/parameters/rights.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type { Actor } from "../privacy/AccessLog.ts"
import type * as Identifiers from "../privacy/Identifiers.ts"
import {
  type Answer,
  DataSubjectRequests,
  type DataSubjectRequestsError,
  type Declaration,
  type Received,
  type RequestRefusal,
} from "./DataSubjectRequests.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, day, nobody, over, refusalOf } from "./scene.testing.ts"
import { allowedUse, contractedUnder } from "./versions.testing.ts"

const actor: Actor = { id: nobody, roles: ["support"] }
const number = "+33612345678"

/** A person with a number, under a version, in its time. */
const personUnder = Effect.fnUntraced(function* (version: Version) {
  const at = DateTime.toEpochMillis(version.policy.at)
  yield* TestClock.setTime(at)
  yield* contractedUnder(version, at)
  const pseudonyms = yield* Pseudonyms
  const pseudonym = yield* pseudonyms.issue(customer)
  // Under Dialogra a processor keeps no identifier, so nobody is located.
  const isKept = version.policy.parameters.categories.processor.includes("telephoneNumber")
  const { purpose } = isKept ? allowedUse(version, ["telephoneNumber"]) : allowedUse(version)
  const identifier = { kind: "telephoneNumber", text: number } as const
  if (isKept) yield* pseudonyms.observe({ customer, pseudonym, identifier, purposes: [purpose], validFrom: at })
  yield* TestClock.setTime(at + 3 * day)
  return { at, isKept, purpose, pseudonym }
})

type Scene = Effect.Success<ReturnType<typeof personUnder>> & { readonly version: Version }

/** A request, by default that of a person whom the party that decides has located and verified. */
const made = Effect.fnUntraced(function* (
  { at, isKept, purpose, version }: Scene,
  kind: Received["kind"],
  options: Partial<Received> & { readonly isLocated?: boolean; readonly isVerified?: boolean } = {},
) {
  const { isLocated = isKept, isVerified = isKept, ...received } = options
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
  const detail = { identifier: { kind: "telephoneNumber", text: number }, from: at, to: at + day } as const
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
    read: requests.read(which, actor),
    now,
  }
})

type Answered = Effect.Effect<
  unknown,
  DataSubjectRequestsError | Identifiers.NoIdentifier,
  DataSubjectRequests | Pseudonyms
>

/** What breaks the rule, and what keeps it. */
interface Case {
  readonly breaks: Answered
  readonly keeps: Answered
}

const other = (by: RightsRequest.Handler): RightsRequest.Handler => (by === "customer" ? "operator" : "customer")

type Verb = "declare" | "fulfil" | "locate" | "read" | "refuse"

const cases: Partial<Record<PolicyRuleKey, readonly [verb: Verb, caseOf: (scene: Scene) => Case]>> = {
  "R-LOCATE": [
    "fulfil",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "restriction", { isLocated: false }), ({ fulfil }) => fulfil()),
      keeps: Effect.flatMap(made(scene, "restriction"), ({ fulfil }) => fulfil()),
    }),
  ],
  "R-VERIFY": [
    "fulfil",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "restriction", { isVerified: false }), ({ fulfil }) => fulfil()),
      keeps: Effect.flatMap(made(scene, "restriction"), ({ fulfil }) => fulfil()),
    }),
  ],
  "R-TO-CUSTOMER": ["fulfil", (scene) => byAnother(scene)],
  "R-TO-OPERATOR": ["fulfil", (scene) => byAnother(scene)],
  "R-COMPLAINT": [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "complaint"), ({ refuse }) => refuse({})),
      keeps: Effect.flatMap(made(scene, "complaint"), ({ fulfil }) => fulfil()),
    }),
  ],
  WITHDRAW: [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "consentWithdrawal"), ({ refuse }) => refuse({})),
      keeps: Effect.flatMap(made(scene, "consentWithdrawal"), ({ fulfil }) => fulfil()),
    }),
  ],
  OPTOUT: [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "consentWithdrawal", { purposes: ["directMarketing"] }), ({ refuse }) =>
        refuse({}),
      ),
      keeps: Effect.flatMap(made(scene, "consentWithdrawal", { purposes: ["directMarketing"] }), ({ fulfil }) =>
        fulfil(),
      ),
    }),
  ],
  "R-OBJECT": [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "objection", { purposes: ["directMarketing"] }), ({ refuse }) => refuse({})),
      keeps: Effect.flatMap(made(scene, "objection"), ({ fulfil }) => fulfil()),
    }),
  ],
  "R-LEGAL-LIMIT": [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "access"), ({ refuse }) => refuse({ ground: "legalLimit" })),
      keeps: Effect.flatMap(made(scene, "access"), ({ read, refuse }) =>
        Effect.flatMap(read, ({ references }) =>
          refuse({ ground: "legalLimit", legalReference: "Code de commerce L123-22", held: references }),
        ),
      ),
    }),
  ],
  "R-OBJ-NEC": [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "access"), ({ refuse }) => refuse({ ground: necessityOf(scene) })),
      keeps: Effect.flatMap(made(scene, "objection"), ({ refuse }) => refuse({ ground: necessityOf(scene) })),
    }),
  ],
  "R-MANAGE": [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "access", { registered: true }), ({ refuse }) => refuse({})),
      keeps: Effect.flatMap(made(scene, "access"), ({ refuse }) => refuse(accepted(scene))),
    }),
  ],
  "R-ERASE": [
    "refuse",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "erasure"), ({ refuse }) =>
        refuse({ ground: legalGroundOf(scene), legalReference: "Code de commerce L123-22" }),
      ),
      keeps: Effect.flatMap(made(scene, "erasure"), ({ fulfil }) => fulfil()),
    }),
  ],
  "R-ACCESS-LOST": [
    "fulfil",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "erasure", { registered: true }), ({ fulfil }) =>
        fulfil({ signInRemoved: false }),
      ),
      keeps: Effect.flatMap(made(scene, "erasure", { registered: true }), ({ fulfil }) => fulfil()),
    }),
  ],
  "R-WRITING": [
    "declare",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "erasure", { isLocated: false, isVerified: false }), ({ declare, now }) =>
        declare({ _tag: "AskForWriting", at: now }),
      ),
      keeps: Effect.flatMap(made(scene, "access", { isLocated: false, isVerified: false }), ({ declare, now }) =>
        declare({ _tag: "AskForWriting", at: now }),
      ),
    }),
  ],
  "R-RESTRICT": [
    "declare",
    (scene) => {
      const lifted = (informed: boolean) =>
        Effect.flatMap(made(scene, "restriction"), ({ declare, fulfil, now }) =>
          Effect.andThen(fulfil(), declare({ _tag: "LiftRestriction", at: now, informed })),
        )
      return { breaks: lifted(false), keeps: lifted(true) }
    },
  ],
}

/** What is asked of a person who was located. */
const needsPerson: ReadonlySet<string> = new Set(["R-ERASE", "R-OBJECT", "R-RESTRICT"])

const byAnother = (scene: Scene): Case => ({
  breaks: Effect.flatMap(made(scene, "erasure"), ({ by, fulfil }) => fulfil({ by: other(by) })),
  keeps: Effect.flatMap(made(scene, "erasure"), ({ fulfil }) => fulfil()),
})

const grounds = ["manifestlyUnfounded", "manifestlyExcessive", "impractical", "badFaith"] as const

/** A ground that the version lists, and that needs no law. */
const accepted = ({ version }: Scene): Partial<RequestRefusal> => {
  const { refusalGrounds } = version.policy.parameters
  const ground = refusalGrounds.find((one) => (grounds as ReadonlyArray<string>).includes(one))
  if (ground === undefined) throw new Error(`${version.id} lists none of these grounds: ${grounds.join(", ")}`)
  return { ground }
}

const legalGroundOf = ({ version }: Scene) =>
  (["legalLimit", "legalObligation"] as const).find((one) => version.policy.parameters.refusalGrounds.includes(one))!

const necessityOf = ({ version }: Scene) => {
  switch (version.policy.parameters.objectionTest) {
    case "particularSituation":
      return "compellingGrounds" as const
    default:
      return "strictlyNecessary" as const
  }
}

// Planted and found: an answer given by the one who has the request, whoever the caller names.
describe("a request", () => {
  it.effect(
    "R-REFUSE16 under dialonce/2016-06-29 is asked by DataSubjectRequests.refuse: bad faith counts there alone",
    () =>
      Effect.gen(function* () {
        const refusedFor = (version: Version) =>
          Effect.flatMap(personUnder(version), (person) =>
            refusalOf(
              Effect.flatMap(made({ ...person, version }, "access"), ({ refuse }) => refuse({ ground: "badFaith" })),
            ),
          ).pipe((effect) => Effect.suspend(() => Effect.provide(effect, over(VaultMemory.make()))))
        expect(yield* Effect.forEach(versions, refusedFor)).toEqual([
          "Success",
          "R-REFUSE16",
          "R-REFUSE16",
          "R-REFUSE16",
        ])
      }),
  )
  for (const [key, [verb, caseOf]] of Object.entries(cases)) {
    for (const version of holding(key as PolicyRuleKey)) {
      if (needsPerson.has(key) && version.id === "dialogra") continue
      it.effect(`${key} under ${version.id} is asked by DataSubjectRequests.${verb}`, () =>
        Effect.gen(function* () {
          const of = (which: keyof Case) =>
            Effect.flatMap(personUnder(version), (person) => refusalOf(caseOf({ ...person, version })[which])).pipe(
              (effect) => Effect.suspend(() => Effect.provide(effect, over(VaultMemory.make()))),
            )
          expect([yield* of("breaks"), yield* of("keeps")]).toEqual([key, "Success"])
        }),
      )
    }
  }
})
