/**
 * Each rule of requests through the service, under each version that holds it: refused where it is broken, and permitted
 * where the one thing that broke it is changed.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import type * as RightsRequest from "../domain/RightsRequest.ts"
import { holding, type Version, versions } from "../policy/laws.testing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type * as Identifiers from "../privacy/Identifiers.ts"
import type { DataSubjectRequests, DataSubjectRequestsError, RequestRefusal } from "./DataSubjectRequests.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { made, personUnder, type Scene } from "./requestsUnder.testing.ts"
import { customer, over, refusalOf } from "./scene.testing.ts"

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

type Verb = "declare" | "fulfil" | "lift" | "locate" | "read" | "refuse"

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
  // The copy as it was read, and one that leaves a value out.
  "R-ACCESS": [
    "fulfil",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "access"), ({ fulfil, read }) =>
        Effect.flatMap(read, ({ references }) => fulfil({ given: references.slice(1) })),
      ),
      keeps: Effect.flatMap(made(scene, "access"), ({ fulfil, read }) =>
        Effect.flatMap(read, ({ references }) => fulfil({ given: references })),
      ),
    }),
  ],
  "R-PORT": [
    "fulfil",
    (scene) => ({
      breaks: Effect.flatMap(made(scene, "portability"), ({ fulfil, read }) =>
        Effect.flatMap(read, ({ portable }) => fulfil({ given: portable.slice(1) })),
      ),
      keeps: Effect.flatMap(made(scene, "portability"), ({ fulfil, read }) =>
        Effect.flatMap(read, ({ portable }) => fulfil({ given: portable })),
      ),
    }),
  ],
  // A value of the person, and one of another person.
  "R-RECT": [
    "fulfil",
    (scene) => ({
      breaks: Effect.flatMap(strange(scene), (old) =>
        Effect.flatMap(made(scene, "rectification"), ({ fulfil }) => fulfil({ corrections: [{ old, value: "new" }] })),
      ),
      keeps: Effect.flatMap(made(scene, "rectification"), ({ fulfil }) =>
        fulfil({ corrections: [{ old: scene.value, value: "new" }] }),
      ),
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
    "lift",
    (scene) => {
      const lifted = (informed: boolean) =>
        Effect.flatMap(made(scene, "restriction"), ({ fulfil, lift }) => Effect.andThen(fulfil(), lift(informed)))
      return { breaks: lifted(false), keeps: lifted(true) }
    },
  ],
}

/** A value of another person of the Customer. */
const strange = Effect.fnUntraced(function* ({ at, purpose, value }: Scene) {
  const pseudonyms = yield* Pseudonyms
  const whose = { customer, pseudonym: yield* pseudonyms.issue(customer) }
  return yield* pseudonyms.keep({
    ...whose,
    category: value.category,
    value: "x",
    purposes: [purpose],
    collectedAt: at,
  })
})

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

// Planted and found: an answer given by the one who has the request, whoever the caller names; a copy that may leave values
// out; no value portable; the value of another person taken for one of the person.
describe("a request", () => {
  it.effect(
    "R-REFUSE16 under dialonce/2016-06-29 is asked by DataSubjectRequests.refuse: bad faith counts there alone",
    () =>
      Effect.gen(function* () {
        const refusedFor = (version: Version) =>
          Effect.flatMap(personUnder(version), (person) =>
            refusalOf(Effect.flatMap(made(person, "access"), ({ refuse }) => refuse({ ground: "badFaith" }))),
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
      it.effect(`${key} under ${version.id} is asked by DataSubjectRequests.${verb}`, () =>
        Effect.gen(function* () {
          const of = (which: keyof Case) =>
            Effect.flatMap(personUnder(version), (person) => refusalOf(caseOf(person)[which])).pipe((effect) =>
              Effect.suspend(() => Effect.provide(effect, over(VaultMemory.make()))),
            )
          expect([yield* of("breaks"), yield* of("keeps")]).toEqual([key, "Success"])
        }),
      )
    }
  }
})
