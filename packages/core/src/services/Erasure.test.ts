/**
 * Erasing in the face of crashes and of everybody who writes and reads meanwhile.
 */
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it, runs } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { Encryption } from "../privacy/Encryption.ts"
import { ErasureLedger } from "../privacy/ErasureLedger.ts"
import { OpeningPolicy } from "../privacy/OpeningPolicy.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { layer as vaultLayer, Vault } from "../privacy/Vault.ts"
import { VaultStore } from "../privacy/VaultStore.ts"
import { Erasure, Holders, layer as erasureLayer, type ToErase } from "./Erasure.ts"
import { atOnce, type AtEachCall, disturbed, settled, undisturbed } from "./ports.testing.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const subject = "0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10" as SubjectId
const interaction = "1c2f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10" as Uuid
const toErase: ToErase = { customer, subject, cause: "request" }
const dawn = 1_767_225_600_000

/** A service over a memory; holders note that they were asked. */
const over = (
  memory: VaultMemory.VaultMemory,
  log: Layer.Layer<EventStore>,
  asked: Array<string>,
  around: AtEachCall,
) => {
  const ports = Layer.provideMerge(disturbed(around), Layer.merge(VaultMemory.layerOver(memory), log))
  const holders = ["search index", "recipients"].map((name) => ({
    name,
    forget: () =>
      around(
        `holder ${name}`,
        Effect.sync(() => void asked.push(name)),
      ),
  }))
  return Layer.provideMerge(erasureLayer, vaultLayer).pipe(
    Layer.provideMerge(ports),
    Layer.provideMerge(Layer.succeed(OpeningPolicy, { check: () => Effect.void })),
    Layer.provideMerge(Layer.succeed(Holders, holders)),
  )
}

const issued = Effect.gen(function* () {
  const store = yield* EventStore
  const event = { _tag: "PseudonymIssued", occurredAt: DateTime.makeUnsafe(dawn), policyVersion: "v1" } as const
  yield* store.append({
    customer,
    commitId: interaction,
    writes: [
      {
        stream: Pseudonym.streamOf(subject as Uuid as Pseudonym.PseudonymId),
        expected: Expected.none,
        events: [Pseudonym.codec.encode(event as unknown as Pseudonym.Event)],
      },
    ],
  })
})

const seal = (text: string) =>
  Vault.use((vault) =>
    vault.seal({
      customer,
      subject,
      category: "freeText",
      value: text,
      purposes: ["customerCare"],
      collectedAt: dawn,
      retentionEnd: undefined,
    }),
  )

const open = (sealed: Sealed<string>) =>
  Vault.use((vault) =>
    vault.open({
      customer,
      sealed,
      purpose: "customerCare",
      actor: { id: interaction, roles: [] },
      reason: "customerSupport",
    }),
  )

const kept = Effect.gen(function* () {
  const vault = yield* Vault
  yield* vault.link(customer, subject, interaction, undefined)
  const identifier = { kind: "ipAddress", text: "192.0.2.7" } as const
  yield* vault.observe({ customer, subject, identifier, validFrom: dawn, validTo: undefined, retentionEnd: undefined })
  return [yield* seal("one"), yield* seal("two"), yield* seal("three")]
})

/** Every trace of the subject that can be observed. */
const traces = (values: ReadonlyArray<Sealed<string>>) =>
  Effect.gen(function* () {
    const store = yield* VaultStore
    const keyring = Option.getOrThrow(yield* store.keyring(customer, subject))
    const answers = yield* Effect.forEach(values, open)
    const page = yield* EventStore.use((log) => log.readStream(customer, { kind: Pseudonym.streamKind, id: subject }))
    return {
      opened: [...new Set(answers.map(({ _tag }) => _tag))],
      rows: yield* store.removeSubject(customer, subject, { on: dawn, cause: "request" }, 99),
      keys: keyring.keys.size,
      completed: keyring.erasure?.completed,
      steps: keyring.erasure?.done,
      ledger: (yield* ErasureLedger.use((ledger) => ledger.entries(customer))).length,
      log: page.events.map(({ type }) => type),
      late: (yield* Effect.result(seal("late")))._tag,
    }
  })

const gone = {
  opened: ["Erased"],
  rows: 0,
  keys: 0,
  completed: true,
  steps: ["search index", "recipients"],
  // One is the check value of the key store.
  ledger: 2,
  log: ["PseudonymIssued", "PseudonymErased"],
  late: "Failure",
}

describe("an erasure", () => {
  it.effect("carries out every step, and repeating it changes nothing", () => {
    const asked: Array<string> = []
    return Effect.gen(function* () {
      yield* issued
      const values = yield* kept
      const erasure = yield* Erasure
      yield* erasure.erase(toErase)
      expect(yield* traces(values)).toEqual(gone)
      yield* erasure.erase(toErase)
      expect(yield* traces(values)).toEqual(gone)
      expect(asked).toEqual(["search index", "recipients"])
      expect(yield* erasure.resume(customer)).toBe(0)
    }).pipe(Effect.provide(over(VaultMemory.make(), eventStores, asked, undisturbed)))
  })

  /** Lets the erasure die at one call; `undefined` where it has fewer calls. */
  const killedAt = (call: number, when: "before" | "after", repeat: "resume" | "erase") =>
    Effect.gen(function* () {
      const memory = VaultMemory.make()
      const asked: Array<string> = []
      let calls = 0
      let isArmed = false
      const deadly: AtEachCall = (_, carriedOut) =>
        Effect.suspend(() => {
          if (!isArmed || ++calls !== call) return carriedOut
          return when === "before" ? Effect.die("crash") : Effect.andThen(Effect.exit(carriedOut), Effect.die("crash"))
        })
      return yield* Effect.gen(function* () {
        yield* issued
        const values = yield* kept
        const erasure = yield* Erasure
        isArmed = true
        const first = yield* Effect.exit(erasure.erase(toErase))
        isArmed = false
        if (first._tag === "Success") return undefined
        const store = yield* VaultStore
        const keyring = Option.getOrThrow(yield* store.keyring(customer, subject))
        const isFenced = keyring.erasure !== undefined
        if (repeat === "resume") yield* erasure.resume(customer)
        else yield* erasure.erase(toErase)
        return { isFenced, seen: yield* traces(values), asked }
      }).pipe(Effect.provide(over(memory, eventStores, asked, deadly), { local: true }))
    })

  it.effect.each(["before", "after"] as const)("killed %s any call continues where it stopped", (when) =>
    Effect.gen(function* () {
      let call = 1
      for (; ; call++) {
        const repeated = yield* killedAt(call, when, "erase")
        if (repeated === undefined) break
        expect([call, repeated.seen]).toEqual([call, gone])
        expect(new Set(repeated.asked)).toEqual(new Set(["search index", "recipients"]))
        const resumed = yield* killedAt(call, when, "resume")
        // Before the fence nothing has happened, and the holder of the request repeats it.
        if (resumed?.isFenced === true) expect([call, resumed.seen]).toEqual([call, gone])
        else expect(resumed?.seen).toMatchObject({ opened: ["Open"], ledger: 1, log: ["PseudonymIssued"] })
      }
      expect(call).toBeGreaterThan(12)
    }),
  )
})

describe("while others seal and read, in every order of calls,", () => {
  /** Runs an erasure among writers and readers, in an order that the scheduler chooses; returns the violations. */
  const interleaved = async (scheduler: fc.Scheduler, broken: boolean): Promise<ReadonlyArray<string>> => {
    const memory = VaultMemory.make()
    const inTurn: AtEachCall = (port, call) =>
      Effect.flatMap(
        Effect.promise(() => scheduler.schedule(Promise.resolve(), port)),
        () => call,
      )
    const wrong: Array<string> = []
    let erased = false
    const acknowledged: Array<Sealed<string>> = []
    const writing = Effect.gen(function* () {
      for (let turn = 0; turn < 2; turn++) {
        const isLate = erased
        const answer = yield* Effect.result(seal(`value ${turn}`))
        if (answer._tag === "Failure") continue
        acknowledged.push(answer.success)
        if (isLate) wrong.push("sealed after the erasure had returned")
      }
    })
    const reading = Effect.gen(function* () {
      for (const sealed of acknowledged.slice(0, 2)) {
        const isLate = erased
        const answer = yield* open(sealed)
        if (isLate && answer._tag === "Open") wrong.push("opened after the erasure had returned")
      }
    })
    const program = Effect.gen(function* () {
      acknowledged.push(yield* seal("before"))
      const erasing = Effect.andThen(
        Erasure.use((erasure) => erasure.erase(toErase)),
        Effect.sync(() => void (erased = true)),
      )
      yield* Effect.all([writing, erasing, reading, writing], { concurrency: "unbounded" })
      for (const sealed of acknowledged) {
        const answer = yield* open(sealed)
        if (answer._tag !== "Erased") wrong.push(`told as ${answer._tag}`)
      }
    })
    // A store that looks at the fence, lets others have their turn, and writes then.
    const brokenPut: AtEachCall = (port, call) =>
      broken && port === "vault.put"
        ? Effect.gen(function* () {
            const fence = memory.rows.get(customer)?.keyrings.get(subject)
            for (let turn = 0; turn < 6; turn++) {
              yield* Effect.promise(() => scheduler.schedule(Promise.resolve(), "late write"))
            }
            const compartment = memory.rows.get(customer)
            const now = compartment?.keyrings.get(subject)
            if (fence !== undefined && fence.erasure === undefined) compartment?.keyrings.set(subject, fence)
            const answer = yield* Effect.exit(call)
            if (now !== undefined) compartment?.keyrings.set(subject, now)
            return yield* answer
          })
        : inTurn(port, call)
    const run = Effect.runPromise(
      Effect.provide(Effect.provideService(program, Encryption, atOnce), over(memory, eventStores, [], brokenPut), {
        local: true,
      }),
    )
    await scheduler.waitFor(run)
    const compartment = memory.rows.get(customer)
    if ((compartment?.values.size ?? 0) > 0) wrong.push("a value is left")
    if ((compartment?.keyrings.get(subject)?.keys.size ?? 0) > 0) wrong.push("a key is left")
    return wrong
  }

  it("an erasure leaves nothing that can be read", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler({ act: settled }), async (scheduler) => {
        expect(await interleaved(scheduler, false)).toEqual([])
      }),
      { numRuns: runs(60) },
    )
  }, 60_000)

  it("a store that looks before it writes is found out", async () => {
    const found = await fc.check(
      fc.asyncProperty(
        fc.scheduler({ act: settled }),
        async (scheduler) => (await interleaved(scheduler, true)).length === 0,
      ),
      { numRuns: 200, seed: 7, endOnFailure: true },
    )
    expect(found.failed).toBe(true)
  }, 60_000)
})
