/**
 * Every combination of a current, an old and a lost store among the rows of a vault, its keys and its ledger: what is answered is
 * right, or it is an error. An old one is a backup from before an erasure.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { Scene } from "@tacet/testing"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { ErasureLedger } from "../ErasureLedger.ts"
import { OpeningPolicy } from "../OpeningPolicy.ts"
import type { Sealed } from "../Sealed.ts"
import type { SubjectId } from "../Subject.ts"
import { layer, Vault } from "../Vault.ts"
import { VaultStore } from "../VaultStore.ts"

type Memory = VaultMemory.VaultMemory

const states = ["current", "old", "lost"] as const
type State = (typeof states)[number]

interface Lost {
  readonly rows: State
  readonly keys: State
  readonly ledger: State
}

const combinations: ReadonlyArray<Lost> = states.flatMap((rows) =>
  states.flatMap((keys) => states.map((ledger) => ({ rows, keys, ledger }))),
)

const policy = Layer.succeed(OpeningPolicy, { check: () => Effect.void })

const over = (memory: Memory) => Layer.fresh(Layer.provide(layer, Layer.merge(VaultMemory.layerOver(memory), policy)))

/** A memory as it is now; what comes later does not change it. */
const snapshot = (memory: Memory): Memory => {
  const taken = { ...VaultMemory.make(), rows: memory.rows, keys: new Map(memory.keys) }
  VaultMemory.backup(taken)()
  for (const [customer, entries] of memory.erasures) taken.erasures.set(customer, new Map(entries))
  return taken
}

const identifier = { kind: "ipAddress", text: "192.0.2.7" } as const
const access = {
  purpose: "customerCare",
  actor: { id: "00000000-0000-4000-8000-00000000ac10" as Uuid.Uuid, roles: [] },
  reason: "incident",
} as const

const aSubject = Effect.map(Uuid.next, (id) => id as SubjectId)

const seal = (customer: CustomerId, subject: SubjectId, value: string) =>
  Vault.use((vault) =>
    vault.seal({
      customer,
      subject,
      category: "freeText",
      value,
      purposes: ["customerCare"],
      collectedAt: 0,
      retentionEnd: undefined,
    }),
  )

/** One word for an answer: what it tells, or the name of its error. */
const told = <A, E extends { readonly _tag: string }>(
  effect: Effect.Effect<A, E, Vault>,
  word: (answer: A) => string,
) => Effect.match(effect, { onSuccess: word, onFailure: ({ _tag }) => _tag })

const opened = (customer: CustomerId, sealed: Sealed<string>) =>
  told(
    Vault.use((vault) => vault.open({ customer, sealed, ...access })),
    (answer) => (answer._tag === "Open" ? `opens ${answer.value}` : answer._tag),
  )

/** One person is erased before the backup, one after it, one never. Where keys are rotated, the old one is destroyed. */
const history = (rotated: boolean) =>
  Effect.gen(function* () {
    const memory = VaultMemory.make()
    const customer = yield* Scene.aCustomer
    const [erased, kept, first] = [yield* aSubject, yield* aSubject, yield* aSubject]
    return yield* Effect.gen(function* () {
      const vault = yield* Vault
      yield* seal(customer, first, "first")
      yield* vault.erase(customer, first, "request")
      const gone = yield* seal(customer, erased, "gone")
      const stays = yield* seal(customer, kept, "stays")
      const locator = { customer, subject: kept, identifier, validFrom: 0, validTo: undefined, retentionEnd: undefined }
      yield* vault.observe(locator)
      const old = snapshot(memory)
      yield* vault.erase(customer, erased, "request")
      if (rotated) {
        yield* vault.rotate(customer)
        yield* vault.retireKeys(customer, -1)
      }
      return { customer, current: memory, erased, gone, old, stays, kept }
    }).pipe(Effect.provide(over(memory)))
  })

type History = Effect.Success<ReturnType<typeof history>>

/** The answers where some of the stores are not the current ones. */
const answers = ({ current, customer, erased, gone, old, stays }: History, { keys, ledger, rows }: Lost) => {
  const from = (state: State): Memory => (state === "lost" ? VaultMemory.make() : state === "old" ? old : current)
  const memory = snapshot({ ...from(rows), keys: from(keys).keys, erasures: from(ledger).erasures })
  return Effect.gen(function* () {
    const vault = yield* Vault
    return {
      erased: yield* opened(customer, gone),
      again: yield* told(seal(customer, erased, "again"), () => "seals"),
      kept: yield* opened(customer, stays),
      located: yield* told(
        vault.locate({ customer, identifier, from: 0, to: 9, ...access }),
        (found) => `finds ${found.length}`,
      ),
    }
  }).pipe(Effect.provide(over(memory)))
}

/** What must be answered. */
const right = ({ keys, ledger, rows }: Lost, rotated: boolean): Effect.Success<ReturnType<typeof answers>> => {
  const fails = { again: "WrongKeyStore", located: "VaultUnavailable" }
  const nothing = { erased: "UnknownReference", kept: "UnknownReference" }
  const knowsErasure = ledger === "current" || rows === "current"
  const again = knowsErasure ? "SubjectErased" : "seals"
  // Rows and keys fit each other unless one is from before the rotation and the other is not.
  const fit = keys !== "lost" && (!rotated || keys === rows)
  if (rows === "lost") {
    if (keys === "lost" && ledger !== "lost") return { ...nothing, ...fails }
    return { ...nothing, again, located: "finds 0" }
  }
  if (fit) return { erased: knowsErasure ? "Erased" : "opens gone", again, kept: "opens stays", located: "finds 1" }
  const erased = rows === "current" ? "Erased" : "WrongKeyStore"
  return { erased, kept: "WrongKeyStore", ...fails, again: rows === "current" ? "SubjectErased" : "WrongKeyStore" }
}

describe("rows, keys and ledger, each of them current, old or lost", () => {
  // Planted: keys are asked for without seeing whether they are the right ones. 22 of the 54 were answered wrongly.
  for (const rotated of [false, true]) {
    it.live.each(combinations)(
      `rows $rows, keys $keys, ledger $ledger${rotated ? ", and the key of before destroyed" : ""}`,
      (lost) =>
        Effect.gen(function* () {
          expect(yield* answers(yield* history(rotated), lost)).toEqual(right(lost, rotated))
        }),
    )
  }

  // Planted and found: a check value that counts though another one was recorded before it, in the middle of its look and after it.
  it.live.each([0, 1, 2])(
    "lets one of two key stores begin with a Customer (the other one after %d questions)",
    (after) =>
      Effect.gen(function* () {
        const memory = VaultMemory.make()
        const elsewhere = { ...memory, keys: VaultMemory.make().keys }
        const customer = yield* Scene.aCustomer
        const words: Array<string> = []
        const sealing = (text: string) =>
          Effect.flatMap(aSubject, (subject) => told(seal(customer, subject, text), () => `seals ${text}`))
        let asked = 0
        const overtaken = Layer.effect(
          ErasureLedger,
          Effect.map(ErasureLedger, (ledger) =>
            ErasureLedger.of({
              ...ledger,
              entries: (of) =>
                Effect.tap(ledger.entries(of), () =>
                  asked++ === after
                    ? Effect.map(Effect.provide(sealing("other"), over(elsewhere)), (word) => words.push(word))
                    : Effect.void,
                ),
            }),
          ),
        )
        const stores = Layer.merge(VaultMemory.layerOver(memory), policy)
        const vault = Layer.fresh(Layer.provide(layer, Layer.provideMerge(overtaken, stores)))
        words.push(yield* Effect.provide(sealing("one"), vault))
        expect(words).toEqual(after < 2 ? ["seals other", "WrongKeyStore"] : ["WrongKeyStore", "seals one"])
        // Whoever sees the other's check value records none.
        expect(memory.erasures.get(customer)?.size).toBe(after === 1 ? 2 : 1)
      }),
  )

  // Planted and found: a check value asked for alone, then the entries, to which another process has added it since.
  it.live.each([0, 1])(
    "lets two processes begin with a Customer and the same key store (after %d questions)",
    (after) =>
      Effect.gen(function* () {
        const memory = VaultMemory.make()
        const customer = yield* Scene.aCustomer
        let asked = 0
        const overtaken = Layer.effect(
          ErasureLedger,
          Effect.map(ErasureLedger, (ledger) =>
            ErasureLedger.of({
              ...ledger,
              find: (of, fingerprint) =>
                Effect.tap(ledger.find(of, fingerprint), () =>
                  asked++ === after
                    ? Effect.orDie(
                        Effect.provide(
                          Effect.flatMap(aSubject, (subject) => seal(customer, subject, "other")),
                          over(memory),
                        ),
                      )
                    : Effect.void,
                ),
            }),
          ),
        )
        const stores = Layer.merge(VaultMemory.layerOver(memory), policy)
        const vault = Layer.fresh(Layer.provide(layer, Layer.provideMerge(overtaken, stores)))
        yield* Effect.provide(seal(customer, yield* aSubject, "one"), vault)
        expect(asked).toBeGreaterThan(after)
        expect(memory.erasures.get(customer)?.size).toBe(1)
      }),
  )

  // Planted and found: one look, which takes the keys of before for those of another key store.
  it.live("takes keys for the right ones that another process changes while they are looked at", () =>
    Effect.gen(function* () {
      const memory = VaultMemory.make()
      const customer = yield* Scene.aCustomer
      yield* Effect.provide(seal(customer, yield* aSubject, "before"), over(memory))
      const changing = Layer.effect(
        VaultStore,
        Effect.map(VaultStore, (store) => {
          let isFirst = true
          return VaultStore.of({
            ...store,
            keyrings: (of, page) =>
              Effect.tap(store.keyrings(of, page), () => {
                if (!isFirst) return Effect.void
                isFirst = false
                const elsewhere = Vault.use((vault) => Effect.andThen(vault.rotate(of), vault.retireKeys(of, -1)))
                return Effect.orDie(Effect.provide(elsewhere, over(memory)))
              }),
          })
        }),
      )
      const stores = Layer.merge(VaultMemory.layerOver(memory), policy)
      const vault = Layer.fresh(Layer.provide(layer, Layer.provideMerge(changing, stores)))
      yield* seal(customer, yield* aSubject, "after").pipe(Effect.provide(vault))
    }),
  )

  /** A vault that has sealed for many, and has erased one whose keyring is the last. */
  const many = Effect.gen(function* () {
    const memory = VaultMemory.make()
    const customer = yield* Scene.aCustomer
    yield* Effect.gen(function* () {
      for (let n = 0; n < 25; n++) yield* seal(customer, yield* aSubject, "kept")
      yield* Vault.use((vault) => vault.erase(customer, last, "request"))
    }).pipe(Effect.provide(over(memory)))
    return { customer, memory }
  })
  const last = "ffffffff-ffff-4fff-8fff-000000000001" as SubjectId

  // Planted and found: a ledger without a check value taken for another's.
  it.live("takes keys for the right ones where the ledger is from before check values, and records one", () =>
    Effect.gen(function* () {
      const { customer, memory } = yield* many
      const entries = memory.erasures.get(customer)!
      const [check] = entries.keys()
      entries.delete(check!)
      yield* Effect.provide(seal(customer, yield* aSubject, "late"), over(memory))
      expect(Array.from(entries.keys())).toContain(check)
    }),
  )

  // Planted and found: a wrapped key that was changed taken for one of another key store.
  it.live("takes keys for the right ones where wrapped keys were changed, and says so of those alone", () =>
    Effect.gen(function* () {
      const { customer, memory } = yield* many
      const compartment = memory.rows.get(customer)!
      for (const [subject, keyring] of compartment.keyrings) {
        const keys = Array.from(
          keyring.keys,
          ([category, key]) => [category, { ...key, wrapped: key.wrapped.map((byte) => byte ^ 1) }] as const,
        )
        compartment.keyrings.set(subject, { ...keyring, keys: new Map(keys) })
      }
      yield* Effect.provide(seal(customer, yield* aSubject, "late"), over(memory))
    }),
  )

  it.live("destroys no key of a Customer that has none", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* Effect.provide(
        Vault.use((vault) => vault.retireKeys(customer)),
        over(VaultMemory.make()),
      )
    }),
  )

  it.live("makes no key anew where the keys vanish in the middle of the work", () =>
    Effect.gen(function* () {
      const memory = VaultMemory.make()
      const customer = yield* Scene.aCustomer
      yield* Effect.gen(function* () {
        const vault = yield* Vault
        const kept = yield* seal(customer, yield* aSubject, "kept")
        const keys = memory.keys.get(customer)!
        memory.keys.clear()
        expect(yield* told(seal(customer, yield* aSubject, "late"), () => "seals")).toBe("WrongKeyStore")
        expect(yield* told(vault.rotate(customer), () => "rotates")).toBe("WrongKeyStore")
        expect(yield* told(vault.erase(customer, yield* aSubject, "request"), () => "erases")).toBe("VaultUnavailable")
        memory.keys.set(customer, keys)
        expect(yield* opened(customer, kept)).toBe("opens kept")
      }).pipe(Effect.provide(over(memory)))
    }),
  )

  it.live(
    "brings an erased person back only where rows are old, keys fit them, and no store knows of the erasure",
    () =>
      Effect.sync(() => {
        const back = (rotated: boolean) =>
          combinations
            .filter((lost) => right(lost, rotated).erased === "opens gone")
            .map(({ keys, ledger, rows }) => `${rows} ${keys} ${ledger}`)
        expect(back(false)).toEqual(["old current old", "old current lost", "old old old", "old old lost"])
        // To destroy the key after an erasure closes the way over a backup of the rows alone.
        expect(back(true)).toEqual(["old old old", "old old lost"])
      }),
  )
})
