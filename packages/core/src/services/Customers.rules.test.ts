/**
 * The rules of what a Customer declares, through the service, under each version that holds them: refused for the one fault,
 * and accepted without it.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Customer from "../domain/Customer.ts"
import type { FieldId, FieldReason, PolicyVersionId } from "../domain/Identifier.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import { linkClauses } from "../policy/text/parameters/processing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Customers, layer } from "./Customers.ts"
import { customer, refusalOf } from "./scene.testing.ts"
import { contractUnder } from "./versions.testing.ts"

/** Two declarations that differ in one fault. */
interface Case {
  /** The data of its own service on which the Customer has signed a contract before. */
  readonly contracted?: ReadonlyArray<PersonalDataCategory>
  readonly breaks: Customer.Command
  readonly keeps: Customer.Command
}

const signing = (version: Version, broken: Partial<ReturnType<typeof contractUnder>>, kept = {}): Case => {
  const contract = { ...contractUnder(version, version.policy.at), ...kept }
  return { breaks: { ...contract, ...broken }, keeps: contract }
}

const cases: Partial<Record<PolicyRuleKey, (version: Version) => Case>> = {
  CLAUSES: (version) => signing(version, { clauses: [] }),
  "CUST-LINK": (version) => signing(version, { linkClauses: [] }, { linkClauses: [...linkClauses] }),
  "LOC-LIST": (version) => signing(version, { places: ["US"] }),
  SUBCONTRACT: ({ policy: { at } }) => {
    const keeps = {
      _tag: "DeclareInputField",
      at,
      field: "number" as FieldId,
      category: "telephoneNumber",
      required: false,
      origin: "customerService",
    } as const
    return { contracted: ["telephoneNumber"], breaks: { ...keeps, category: "freeText" }, keeps }
  },
  MENTION: ({ policy: { at } }) => {
    const breaks = {
      _tag: "DeclareDocuments",
      at,
      namesOperator: false,
      dataPersonalByThemselves: true,
      ownProvisionsCoverTheUse: false,
    } as const
    return { breaks, keeps: { ...breaks, dataPersonalByThemselves: false } }
  },
  MANDATORY: ({ policy: { at } }) => {
    const keeps = {
      _tag: "DeclareInputField",
      at,
      field: "number" as FieldId,
      category: "telephoneNumber",
      required: true,
      reason: "to call back" as FieldReason,
    } as const
    const { reason: _, ...breaks } = keeps
    return { breaks, keeps }
  },
}

// Planted and found: a refusal that the service keeps to itself.
describe("a declaration", () => {
  for (const [key, caseOf] of Object.entries(cases)) {
    for (const version of holding(key as PolicyRuleKey)) {
      it.effect(`${key} under ${version.id} is asked by Customers.declare`, () =>
        Effect.gen(function* () {
          const { at } = version.policy
          const { breaks, contracted, keeps } = caseOf(version)
          const declare = (...commands: ReadonlyArray<Customer.Command>) =>
            refusalOf(Customers.use((customers) => customers.declare(customer, commands)))
          yield* declare({ _tag: "AdoptPolicyVersion", at, policyVersion: version.id as PolicyVersionId })
          if (contracted !== undefined) yield* declare({ ...contractUnder(version, at), ownServices: contracted })
          expect([yield* declare(breaks), yield* declare(keeps)]).toEqual([key, "Success"])
        }).pipe(Effect.provide(Layer.provide(layer, memory))),
      )
    }
  }
})
