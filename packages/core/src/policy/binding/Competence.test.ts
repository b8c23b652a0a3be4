import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import * as Competence from "./Competence.ts"
import { proves } from "../laws.testing.ts"
import * as History from "./History.ts"
import { resolve } from "./Resolve.ts"
import { published } from "../versions/index.ts"

const effective = published.map((policy, index) =>
  Result.getOrThrow(
    resolve(History.of(policy), {
      at: DateTime.makeUnsafe(`${["2016-07-01", "2019-04-01", "2021-04-01", "2021-04-01"][index]}T00:00:00Z`),
    }),
  ),
)

describe("3P-POLICY, 3P-OUT, SCOPE: whose policy decides", () => {
  it("the operator's own services are the operator's, whatever its part", () => {
    expect(Competence.decides({ service: "operator", operatorIs: [] })).toBe("operator")
  })
  it.each(["customer", "partner", "thirdParty"] as const)(
    "data of a %s are the operator's only where it collects, holds or receives them",
    (service) => {
      expect(Competence.decides({ service, operatorIs: [] })).toBe("thirdParty")
      for (const part of ["collector", "holder", "recipient"] as const) {
        expect(Competence.decides({ service, operatorIs: [part] })).toBe("operator")
      }
    },
  )
})

describe("MENTION: whether a Customer must name the operator", () => {
  const table = effective.map((policy) =>
    [true, false].flatMap((dataPersonalByThemselves) =>
      [true, false].map((ownProvisionsCoverTheUse) =>
        Competence.mustNameOperator(policy, { dataPersonalByThemselves, ownProvisionsCoverTheUse }),
      ),
    ),
  )
  it("2016: unless the data are not personal by themselves", () => expect(table[0]).toEqual([true, true, false, false]))
  it("2019 and 2021: nor where its own provisions cover the use", () => {
    expect(table[1]).toEqual([false, true, false, false])
    expect(table[2]).toEqual([false, true, false, false])
  })
  it("Dialogra is silent, and the strictest other version decides", () =>
    expect(table[3]).toEqual([true, true, false, false]))
})

describe("R-LOCAL-LAW: where the law of a place differs", () => {
  it("that law decides, by its reference; elsewhere the law of the policy", () => {
    for (const policy of effective) {
      expect(Competence.lawOf(policy, { country: "DE", reference: "BDSG 34" })).toEqual({
        country: "DE",
        reference: "BDSG 34",
      })
      expect(Competence.lawOf(policy, undefined).country).toBe(policy.country)
    }
  })
})

describe("Data of all origins", () => {
  const anOrigin: fc.Arbitrary<Competence.Origin> = fc.record({
    service: fc.constantFrom("operator", "customer", "partner", "thirdParty"),
    operatorIs: fc.subarray<Competence.OperatorPart>(["collector", "holder", "recipient"]),
  })
  const isForeign = ({ operatorIs, service }: Competence.Origin) => service !== "operator" && operatorIs.length === 0
  // Planted and found: a recipient that plays no part.
  const decidedByOthers = (key: string) => (origin: Competence.Origin) =>
    Competence.decides(origin) === "thirdParty" ? key : undefined
  // Planted and found: a recipient that plays no part.
  proves("3P-POLICY", {
    claim: "where the operator neither collects, holds nor receives, the other's policy decides",
    values: () => anOrigin,
    forbids: isForeign,
    refusal: decidedByOthers("3P-POLICY"),
  })
  // Planted and found: a recipient that plays no part.
  proves("3P-OUT", {
    claim: "what a third party does by itself is not decided here, what it gives to the operator is",
    values: () => anOrigin.map((origin) => ({ ...origin, service: "thirdParty" as const })),
    forbids: isForeign,
    refusal: decidedByOthers("3P-OUT"),
  })
  // Planted and found: the operator's own services left out.
  proves("SCOPE", {
    claim: "these rules decide of the operator's own services, and of others only with a part of its own",
    values: () => anOrigin,
    forbids: isForeign,
    refusal: decidedByOthers("SCOPE"),
  })
  proves("MENTION", {
    claim: "a Customer names the operator unless an exemption of the version holds",
    // Planted and found: `&&` between the two exemptions.
    values: () => fc.record({ dataPersonalByThemselves: fc.boolean(), ownProvisionsCoverTheUse: fc.boolean() }),
    forbids: ({ dataPersonalByThemselves, ownProvisionsCoverTheUse }, { policy }) =>
      dataPersonalByThemselves && !(ownProvisionsCoverTheUse && policy !== "dialonce/2016-06-29"),
    refusal: (facts, policy) => (Competence.mustNameOperator(policy, facts) ? "MENTION" : undefined),
  })
})
