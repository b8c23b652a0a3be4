import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { KeyStore, type Subject } from "@tacet/core/privacy"
import { KeyStoreSuite } from "@tacet/testing"
import { afterAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { keyMaterial, layer } from "./FileKeyStore.ts"

const parent = mkdtempSync(join(tmpdir(), "tacet-keys-"))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId
const subject = "0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10" as Subject.SubjectId

KeyStoreSuite.register(
  "adapter-file",
  { layer: layer({ folder: join(parent, "suite") }), capabilities: { survivesRestart: true } },
  { describe, it },
)

const aFolder = (): string => join(mkdtempSync(join(parent, "one-")), "keys")
const fingerprint = (folder: string, patience?: number) =>
  KeyStore.fromMaterial(keyMaterial({ folder, ...(patience === undefined ? {} : { patience }) })).fingerprint(
    customer,
    subject,
  )
const causeOf = <A, E extends { readonly cause?: unknown }>(effect: Effect.Effect<A, E>) =>
  Effect.match(effect, { onSuccess: () => "done", onFailure: ({ cause }) => cause })

describe("the files", () => {
  it.live.skipIf(process.platform === "win32")("belong to their owner alone", () =>
    Effect.gen(function* () {
      const folder = aFolder()
      yield* fingerprint(folder)
      expect(statSync(folder).mode & 0o777).toBe(0o700)
      expect(readdirSync(folder)).toEqual([`${customer}.json`])
      expect(statSync(join(folder, `${customer}.json`)).mode & 0o777).toBe(0o600)
    }),
  )

  it.live.skipIf(process.platform === "win32")("are refused where others can read them", () =>
    Effect.gen(function* () {
      const folder = aFolder()
      yield* fingerprint(folder)
      chmodSync(join(folder, `${customer}.json`), 0o640)
      expect(yield* causeOf(fingerprint(folder))).toBe("open-to-others")
      chmodSync(join(folder, `${customer}.json`), 0o600)
      chmodSync(folder, 0o750)
      expect(yield* causeOf(fingerprint(folder))).toBe("open-to-others")
    }),
  )

  it.live("that cannot be read are an error, and keys are not made in their place", () =>
    Effect.gen(function* () {
      const folder = aFolder()
      yield* fingerprint(folder)
      const path = join(folder, `${customer}.json`)
      for (const text of ["", "{", "{}", '{"format":"tacet-keys-2"}', readFileSync(path, "utf8").slice(0, 40)]) {
        writeFileSync(path, text)
        expect(yield* causeOf(fingerprint(folder))).toBe("unreadable")
        expect(readFileSync(path, "utf8")).toBe(text)
      }
    }),
  )

  it.live("survive what a crash has left beside them", () =>
    Effect.gen(function* () {
      const folder = aFolder()
      const first = yield* fingerprint(folder)
      const path = join(folder, `${customer}.json`)
      writeFileSync(`${path}.new`, "{ half")
      const dead = spawnSync(process.execPath, ["-e", "process.stdout.write(String(process.pid))"])
      writeFileSync(`${path}.lock`, dead.stdout.toString())
      const store = KeyStore.fromMaterial(keyMaterial({ folder }))
      yield* store.rotate(customer)
      expect(yield* fingerprint(folder)).toBe(first)
      expect(readdirSync(folder)).toEqual([`${customer}.json`])
    }),
  )

  it.live("wait for a process that is alive, and say so when it takes too long", () =>
    Effect.gen(function* () {
      const folder = aFolder()
      yield* fingerprint(folder)
      const path = join(folder, `${customer}.json`)
      writeFileSync(`${path}.lock`, String(process.pid))
      const store = KeyStore.fromMaterial(keyMaterial({ folder, patience: 50 }))
      expect(yield* causeOf(store.rotate(customer))).toBe("EEXIST")
    }),
  )

  it.live("lose no change when several stores over one folder change them at once", () =>
    Effect.gen(function* () {
      const folder = aFolder()
      const stores = Array.from({ length: 4 }, () => keyMaterial({ folder }))
      const periods = Array.from({ length: 24 }, (_, n) => `period ${n}`)
      yield* Effect.forEach(
        periods,
        (period, n) =>
          stores[n % 4]!.change(customer, (keys) => ({
            ...keys,
            periods: new Map(keys.periods).set(period, new Uint8Array([n + 1])),
          })),
        { concurrency: "unbounded" },
      )
      const { periods: kept } = yield* stores[0]!.load(customer)
      expect([...kept.keys()].sort()).toEqual(periods.toSorted())
    }),
  )
})
