/**
 * Random histories of a store of vault rows, operation by operation against the model.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Encryption, VaultStore } from "@tacet/core/privacy"
import * as Property from "../../Property.ts"
import * as ModelVaultStore from "../../ModelVaultStore.ts"
import { randomHistories } from "../../randomHistories.ts"
import { aCast, aVaultOperation, everyQuestion, format, type VaultOperation } from "../../VaultOperation.ts"
import { onVault } from "./scene.ts"

const history = Effect.fnUntraced(function* (operations: ReadonlyArray<VaultOperation>) {
  const store = yield* VaultStore.VaultStore
  const model = ModelVaultStore.make()
  const cast = yield* aCast
  for (const operation of operations) {
    yield* agree(format(operation), operation.run(store, cast), operation.run(model, cast))
  }
  yield* agree("every question", everyQuestion(store, cast), everyQuestion(model, cast))
})

const agree = Effect.fnUntraced(function* (
  what: string,
  seen: Effect.Effect<unknown, unknown>,
  expected: Effect.Effect<unknown, unknown>,
) {
  yield* Property.same(`the answer to ${what}`, yield* told(seen), yield* told(expected))
})

/** An answer, or the name and the fields of an error, as one text. */
const told = (answer: Effect.Effect<unknown, unknown>): Effect.Effect<string> =>
  Effect.map(Effect.exit(answer), (exit) =>
    Exit.isSuccess(exit) ? plain(exit.value) : `refused: ${plain(Exit.findErrorOption(exit))}`,
  )

const plain = (value: unknown): string => JSON.stringify(value, (_, part: unknown) => shown(part)) ?? "nothing"

/** The same text for the same content, whatever the order of its properties, keys and members. */
const shown = (part: unknown): unknown => {
  if (part instanceof Uint8Array) return Encryption.hexadecimalOf(part)
  if (part instanceof Map) return Object.fromEntries(Array.from(part).toSorted(byKey))
  if (part instanceof Set) return Array.from(part, (member: string) => [member]).toSorted(byKey)
  if (typeof part !== "object" || part === null || Array.isArray(part)) return part
  return Object.fromEntries(Object.entries(part).toSorted(byKey))
}

const byKey = ([one = ""]: ReadonlyArray<string>, [other = ""]: ReadonlyArray<string>): number => (one < other ? -1 : 1)

/** The property of the model. */
export const vaultModel = onVault("model", () => [
  {
    name: "any history of operations on its rows is answered as the model answers it",
    program: Effect.suspend(() => randomHistories(aVaultOperation, format, history)),
  },
])
