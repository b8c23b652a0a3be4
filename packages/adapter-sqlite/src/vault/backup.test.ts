import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { OpeningPolicy, type Sealed, type Subject, Vault, VaultStore } from "@tacet/core/privacy"
import { expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { renameSync, rmSync } from "node:fs"
import { bytesIn, found } from "../bytes.testing.ts"
import { load } from "../file/Driver.ts"
import { describeSqlite, folderForThisFile } from "../file.testing.ts"
import * as VaultSqlite from "./VaultSqlite.ts"

const place = folderForThisFile()
const canary = "canary-7f3a"

/** Copies a file while a vault has it open, as the command line of SQLite does. */
const copied = (file: string, copy: string) =>
  Effect.map(load(), (driver) => {
    const connection = driver(file)
    connection.exec(`VACUUM INTO '${copy}'`)
    connection.close()
  })

/** Puts a copy in the place of a file that nobody has open. */
const restored = (copy: string, file: string) =>
  Effect.sync(() => {
    for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true })
    renameSync(copy, file)
  })

const seal = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, subject: Subject.SubjectId) {
  const { observe, seal } = yield* Vault.Vault
  const rest = { customer, subject, retentionEnd: undefined }
  yield* observe({ ...rest, identifier: { kind: "ipAddress", text: "192.0.2.7" }, validFrom: 0, validTo: undefined })
  return yield* seal({ ...rest, category: "freeText", value: canary, purposes: ["customerCare"], collectedAt: 0 })
})

const opened = (customer: CustomerId.CustomerId, sealed: Sealed.Sealed<string>) =>
  Vault.Vault.use((vault) =>
    Effect.map(
      vault.open({
        customer,
        sealed,
        purpose: "customerCare",
        actor: { id: "00000000-0000-4000-8000-00000000ac10" as Uuid.Uuid, roles: [] },
        reason: "customerSupport",
      }),
      ({ _tag }) => _tag,
    ),
  )

describeSqlite("a backup of a file", () => {
  // Planted and found: a ledger with the data alone; one that looks in its first place alone.
  it.live.each(["data", "keys"] as const)("brings nobody back who was erased since (%s)", (part) =>
    Effect.gen(function* () {
      const options = { file: place(`${part}.db`), keys: place(`${part}.keys`) }
      const [file, copy] = [part === "data" ? options.file : options.keys, place(`${part}.copy`)]
      const everybody = Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })
      const vault = Layer.provideMerge(Vault.layer, Layer.merge(VaultSqlite.layer(options), everybody))
      const run = <A, E>(program: Effect.Effect<A, E, Vault.Vault | VaultStore.VaultStore>) =>
        Effect.provide(program, vault, { local: true })
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const [kept, gone] = [yield* Uuid.next, yield* Uuid.next].map((id) => id as string as Subject.SubjectId)
      const [one, other] = yield* run(
        Effect.gen(function* () {
          const sealed = [yield* seal(customer, kept!), yield* seal(customer, gone!)]
          yield* copied(file, copy)
          yield* Vault.Vault.use((vault) => vault.erase(customer, gone!, "request"))
          expect(found([canary], bytesIn(copy) + bytesIn(options.file) + bytesIn(options.keys))).toEqual([])
          return sealed
        }),
      )
      yield* restored(copy, file)
      yield* run(
        Effect.gen(function* () {
          expect(yield* Effect.forEach([one!, other!], (sealed) => opened(customer, sealed))).toEqual([
            "Open",
            "Erased",
          ])
          const recovered = yield* Vault.Vault.use((vault) => vault.recover(customer))
          expect(recovered).toBe(part === "data" ? 1 : 0)
          expect(yield* opened(customer, other!)).toBe("Erased")
          const { valuesOf } = yield* VaultStore.VaultStore
          expect(yield* valuesOf(customer, gone!, { limit: 9 })).toEqual([])
          expect(yield* opened(customer, one!)).toBe("Open")
        }),
      )
    }),
  )
})
