import { expect, it } from "@tacet/vitest"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { Sealed } from "./Sealed.ts"

it("a sealed reference has no access to its value", () => {
  const sealed: Sealed<{ readonly name: string }> = { reference: "" as Uuid, category: "freeText" }
  // @ts-expect-error: there is no accessor, and a decision that looks for one does not compile.
  const value: unknown = sealed.value
  // @ts-expect-error: nor can the value be taken for its reference.
  const name: string = sealed
  expect([value, Object.keys(name)]).toEqual([undefined, ["reference", "category"]])
  // @ts-expect-error: a reference to a text is not one to a number.
  const other: Sealed<number> = sealed
  expect(other).toBe(sealed)
})
