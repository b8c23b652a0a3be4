/**
 * Answers of a vault's stores without a limit of their own, with more members than a page holds.
 */
import * as Effect from "effect/Effect"
import { Uuid } from "@tacet/core/eventsourcing"
import { VaultStore } from "@tacet/core/privacy"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { many } from "../quantity.ts"
import { aSubject, dawn, day, onVault } from "./scene.ts"

const someSubjects = Effect.map(Effect.all(Array.from({ length: many }, () => aSubject)), (ids) => ids.toSorted())

/** The properties of quantity of a vault. */
export const vaultQuantity = onVault("quantity", () => [
  {
    name: `all of ${many} interactions of a subject are listed`,
    program: Effect.gen(function* () {
      const store = yield* VaultStore.VaultStore
      const [customer, subject] = [yield* Scene.aCustomer, yield* aSubject]
      const interactions = (yield* Effect.all(Array.from({ length: many }, () => Uuid.next))).toSorted()
      const links = interactions.map((interaction) => ({ subject, interaction, retentionEnd: undefined }))
      yield* store.put(customer, subject, { links })
      yield* Property.same("the interactions", yield* store.linksOf(customer, subject, dawn), interactions)
    }),
  },
  {
    name: `all of ${many} subjects of one identifier are located`,
    program: Effect.gen(function* () {
      const store = yield* VaultStore.VaultStore
      const [customer, token] = [yield* Scene.aCustomer, "ab".repeat(32)]
      const subjects = yield* someSubjects
      const ofAll = { token, period: "2026-Q1", validFrom: dawn, validTo: undefined, retentionEnd: undefined }
      yield* Effect.forEach(
        subjects,
        (subject) => store.put(customer, subject, { locators: [{ ...ofAll, subject }] }),
        { concurrency: 16, discard: true },
      )
      const located = yield* store.locate(customer, [token], { from: dawn, to: dawn + day, at: dawn })
      yield* Property.same("the subjects", located, subjects)
    }),
  },
  {
    name: `all of ${many} unfinished erasures are answered`,
    program: Effect.gen(function* () {
      const store = yield* VaultStore.VaultStore
      const customer = yield* Scene.aCustomer
      const subjects = yield* someSubjects
      yield* Effect.forEach(
        subjects,
        (subject, n) =>
          store.fence(customer, subject, {
            fingerprint: n.toString(16).padStart(64, "0"),
            at: dawn,
            cause: "request",
            done: [],
            completed: false,
          }),
        { concurrency: 16, discard: true },
      )
      const unfinished = yield* store.unfinished(customer)
      yield* Property.same(
        "the subjects",
        unfinished.map(({ subject }) => subject),
        subjects,
      )
    }),
  },
])
