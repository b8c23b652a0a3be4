import { AccessLogSuite, ErasureLedgerSuite, Fixture, KeyStoreSuite, VaultSuite } from "@tacet/testing"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { backupOf } from "./backup.testing.ts"
import { aCustomer, aProcess, aProcessOver, aSubject, opening, value } from "./process.testing.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()
const elsewhere = vaultForThisFile()
const layer = VaultPostgres.layer(options)
const backup = Layer.succeed(Fixture.VaultBackup, { take: Effect.suspend(() => backupOf(options.vault)) })

VaultSuite.register(
  "adapter-pg",
  { stores: Layer.merge(layer, backup), capabilities: { survivesRestart: true } },
  { describe, it },
)
KeyStoreSuite.register("adapter-pg", { layer, capabilities: { survivesRestart: true } }, { describe, it })
AccessLogSuite.register("adapter-pg", { layer, capabilities: { survivesRestart: true } }, { describe, it })
ErasureLedgerSuite.register("adapter-pg", { layer, capabilities: { survivesRestart: true } }, { describe, it })

const withLogAlone = VaultPostgres.layerRecords({ log: options.log })
ErasureLedgerSuite.register(
  "adapter-pg in one place",
  { layer: withLogAlone, capabilities: { survivesRestart: true } },
  { describe, it },
)

describe("a vault over two deployments", () => {
  // Planted: a place that is chosen once for all Customers. The other's rows were found there.
  it.live("keeps a Customer's rows in the Customer's deployment, and nowhere else", () =>
    Effect.gen(function* () {
      const [here, there] = [yield* aCustomer, yield* aCustomer]
      const located = VaultPostgres.layerLocated({
        databases: { here: options, there: elsewhere },
        locate: (customer) => (customer === here ? "here" : "there"),
      })
      const both = yield* aProcessOver(located)
      const apart = [yield* aProcess(options), yield* aProcess(elsewhere)]
      for (const customer of [here, there]) {
        const [kept, gone] = [yield* aSubject, yield* aSubject]
        const sealed = yield* both.vault.seal(value(customer, kept))
        yield* both.vault.erase(customer, gone, "request")
        expect(yield* both.vault.open(opening(customer, sealed))).toMatchObject({ _tag: "Open" })
        const held = yield* Effect.forEach(apart, ({ accesses, keys, ledger, rows }) =>
          Effect.all([
            Effect.map(rows.keyrings(customer, { limit: 9 }), ({ length }) => length),
            Effect.map(ledger.entries(customer), ({ length }) => length),
            Effect.map(accesses.read(customer, { after: 0, limit: 9 }), ({ length }) => length),
            Effect.match(keys.current(customer), { onSuccess: () => 1, onFailure: () => 0 }),
          ]),
        )
        // The ledger has the check value of the key store too.
        const [all, none] = [
          [2, 2, 1, 1],
          [0, 0, 0, 0],
        ]
        expect(held).toEqual(customer === here ? [all, none] : [none, all])
      }
    }),
  )
})
