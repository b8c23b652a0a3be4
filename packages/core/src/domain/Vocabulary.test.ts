/**
 * Types that are never substitutable for each other, and operations that a sealed value does not offer. Code that must
 * not compile follows `@ts-expect-error`: the compiler fails if it does compile.
 */
import { describe, expect, expectTypeOf, it } from "@tacet/vitest"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import { Sealed } from "../privacy/Sealed.ts"
import type * as Customers from "../services/Customers.ts"
import type * as Interactions from "../services/Interactions.ts"
import * as Customer from "./Customer.ts"
import type * as Identifier from "./Identifier.ts"
import type * as Interaction from "./Interaction.ts"

/** A user of the Customer's service, a member of its staff and a partner, as an application may name them. */
const UserId = Uuid.pipe(Schema.brand("UserId"))
const CustomerUserId = Uuid.pipe(Schema.brand("CustomerUserId"))
const PartnerId = Uuid.pipe(Schema.brand("PartnerId"))

declare const user: typeof UserId.Type
declare const customerUser: typeof CustomerUserId.Type
declare const partner: typeof PartnerId.Type
declare const customer: CustomerId
declare const uuid: Uuid
declare const number: Identifier.ListedNumberId
declare const entryPoint: Identifier.EntryPointId
declare const step: Identifier.StepId
declare const state: Customer.State
declare const at: Interaction.Command["at"]
declare const interactions: Interactions.Interactions["Service"]
declare const seal: Sealed<string>

// Each of these must not compile; the function is never called.
export const typesThatMustNotFit = () => {
  Customer.streamOf(customer)
  // @ts-expect-error a user is no Customer
  Customer.streamOf(user)
  // @ts-expect-error nor is a member of its staff
  Customer.streamOf(customerUser)
  // @ts-expect-error nor is a partner
  Customer.streamOf(partner)
  // @ts-expect-error nor any id
  Customer.streamOf(uuid)
  // @ts-expect-error nor a text
  Customer.streamOf("5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11")
  // @ts-expect-error no recording without a compartment
  void interactions.record({ interaction: uuid, commands: [] })
  // @ts-expect-error and none in that of a user
  void interactions.record({ customer: user, interaction: uuid, commands: [] })
  // @ts-expect-error an entry point is no number
  Customer.isNumberListed(state, entryPoint, at)
  // @ts-expect-error and a number no entry point
  Customer.isEntryPointListed(state, number, at)
  // @ts-expect-error a step is no field
  Customer.fieldAt(state, step, at)
  // @ts-expect-error a trigger names a number by its reference, never by itself
  const trigger: Interaction.Trigger = { _tag: "outgoingCall", number: "0612345678" }
  // @ts-expect-error a sealed text is no sealed number
  const other: Sealed<number> = seal
  // @ts-expect-error and shows no value
  const value: unknown = seal.value
  // @ts-expect-error in no way
  const opened: string = seal
  return [trigger, other, value, opened]
}

describe("the vocabulary", () => {
  it("DEFN: keeps Customer, its staff, users and partners apart", () => {
    expectTypeOf<CustomerId>().not.toExtend<typeof UserId.Type>()
    expectTypeOf<typeof UserId.Type>().not.toExtend<CustomerId>()
    expectTypeOf<typeof CustomerUserId.Type>().not.toExtend<CustomerId>()
    expectTypeOf<typeof PartnerId.Type>().not.toExtend<CustomerId>()
    expectTypeOf<Identifier.ListedNumberId>().not.toExtend<Identifier.EntryPointId>()
    expectTypeOf<Identifier.CallId>().not.toExtend<CustomerId>()
    expectTypeOf<Interactions.Recording["customer"]>().toEqualTypeOf<CustomerId>()
    expectTypeOf<Parameters<Customers.Customers["Service"]["declared"]>>().toEqualTypeOf<[customer: CustomerId]>()
    expect(typesThatMustNotFit).toBeTypeOf("function")
  })

  it("SEPARATE KEY-APART: gives a sealed value no accessor", () => {
    expectTypeOf<Extract<keyof Sealed<string>, string>>().toEqualTypeOf<"category" | "reference">()
    expectTypeOf<Sealed<string>["reference"]>().toEqualTypeOf<Uuid>()
    expectTypeOf<typeof Sealed.Type>().toExtend<Sealed<string>>()
    expect(Object.keys(Sealed.fields)).toEqual(["reference", "category"])
  })

  it("NO-IDENTIFY: knows no field in any event that could hold a value of a person", () => {
    type Fields<Of> = Of extends unknown ? Exclude<keyof Of, "_tag"> : never
    expectTypeOf<Fields<Customer.Event>>().toEqualTypeOf<
      | ("occurredAt" | "policyVersion" | "number" | "entryPoint" | "scenario" | "steps" | "journeys" | "goals")
      | (
          | "field"
          | "category"
          | "required"
          | "reason"
          | "origin"
          | "statistic"
          | "from"
          | "through"
          | "digest"
          | "edition"
        )
      | ("contract" | "lastDay" | "clauses" | "purposes" | "categories" | "ownServices" | "places" | "recognition")
      | (
          | "linkClauses"
          | "product"
          | "manner"
          | "namesOperator"
          | "dataPersonalByThemselves"
          | "ownProvisionsCoverTheUse"
        )
    >()
    expectTypeOf<Fields<Interaction.Event>>().toEqualTypeOf<
      | (
          | "occurredAt"
          | "trigger"
          | "interface"
          | "scenario"
          | "linkable"
          | "policyVersion"
          | "values"
          | "step"
          | "kind"
        )
      | ("field" | "value" | "answer" | "to" | "call" | "number" | "asksForPerson" | "human" | "talkSeconds")
      | ("disposition" | "legs" | "goal" | "reason" | "class" | "tells")
    >()
  })
})
