/**
 * The work `privacy`: what it costs to seal, open and erase one value, and to erase one subject beside a log of ten
 * thousand and of a million events, in memory.
 */
import { VaultMemory, layer as eventStores } from "@tacet/adapter-memory"
import { type CustomerId, EventStore, ExpectedVersion, type Uuid } from "@tacet/core/eventsourcing"
import { OpeningPolicy, type Sealed, type Subject, Vault, VaultStore } from "@tacet/core/privacy"
import { Erasure } from "@tacet/core/services"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { median, type Measurement } from "../Measurement.ts"
import { collectGarbage } from "../memory.ts"
import * as Spent from "../Spent.ts"
import type { Options, Section, Work } from "../Work.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId
const id = (n: number, kind: string) => `0b1f6f0e-6c0c-4d0a-9a3e-${kind}${n.toString(16).padStart(8, "0")}`
const subjectOf = (n: number) => id(n, "5ab1") as Subject.SubjectId
const dawn = Date.UTC(2026, 0, 5)

const services = () =>
  Layer.provideMerge(Erasure.layer, Vault.layer).pipe(
    Layer.provideMerge(eventStores),
    Layer.provideMerge(Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })),
    Layer.provideMerge(VaultMemory.layerOver(VaultMemory.make())),
  )

const microseconds = (subject: string, spent: ReadonlyArray<Spent.Spent>): Measurement => {
  const times = spent.map(({ milliseconds }) => milliseconds * 1_000)
  return {
    subject,
    median: median(times),
    unit: "µs",
    minimum: Math.min(...times),
    maximum: Math.max(...times),
    rounds: times.length,
    ...Spent.processorTimeOfEach(spent, 1),
  }
}

/** What one of `count` takes. */
const timed = <A, E, R>(count: number, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const end = Spent.begin()
    const result = yield* effect
    return [Spent.times(end(), 1 / count), result] as const
  })

const seal = (subject: Subject.SubjectId, value: string) =>
  Vault.Vault.use((vault) =>
    vault.seal({
      customer,
      subject,
      category: "freeText",
      value,
      purposes: ["customerCare"],
      collectedAt: dawn,
      retentionEnd: undefined,
    }),
  )

const open = (sealed: Sealed.Sealed<string>) =>
  Vault.Vault.use((vault) =>
    vault.open({
      customer,
      sealed,
      purpose: "customerCare",
      actor: { id: customer, roles: [] },
      reason: "customerSupport",
    }),
  )

const perValue = ({ rounds, scale }: Options): Promise<Section> =>
  Effect.gen(function* () {
    const count = Math.max(10, Math.round(2000 * scale))
    const times: Record<"seal" | "open" | "erase", Array<Spent.Spent>> = { seal: [], open: [], erase: [] }
    for (let round = -1; round < rounds; round++) {
      const numbers = Array.from({ length: count }, (_, n) => (round + 1) * count + n)
      const [sealing, values] = yield* timed(
        count,
        Effect.forEach(numbers, (n) => seal(subjectOf(n), `value ${n}`)),
      )
      const [opening, answers] = yield* timed(count, Effect.forEach(values, open))
      if (answers.some(({ _tag }) => _tag !== "Open")) throw new Error("A value did not open")
      const [erasing] = yield* timed(
        count,
        Effect.forEach(numbers, (n) => Vault.Vault.use((vault) => vault.erase(customer, subjectOf(n), "request"))),
      )
      if ((yield* open(values[0]!))._tag !== "Erased") throw new Error("A value was not erased")
      if (round < 0) continue
      times.seal.push(sealing)
      times.open.push(opening)
      times.erase.push(erasing)
    }
    return {
      title: "One value of a subject of its own",
      notes: [`${count} values in a round, one after the other`, "sealing makes the subject's key and wraps it"],
      measurements: [
        microseconds("seal", times.seal),
        microseconds("open", times.open),
        microseconds("erase", times.erase),
      ],
    }
  }).pipe(Effect.provide(services()), Effect.runPromise)

/** Fills log and vault; the contents of the rows are irrelevant, only their number matters. */
const fill = Effect.fnUntraced(function* (events: number) {
  const log = yield* EventStore.EventStore
  const rows = yield* VaultStore.VaultStore
  const nothing = new Uint8Array(40)
  const perStream = 20
  for (let n = 0; n < events / perStream; n++) {
    yield* log.append({
      customer,
      commitId: id(n, "c0c0") as Uuid.Uuid,
      writes: [
        {
          stream: { kind: "interaction", id: id(n, "1a1a") as Uuid.Uuid },
          expected: ExpectedVersion.none,
          events: Array.from({ length: perStream }, (_, step) => ({
            type: "StepTaken",
            schemaVersion: 1,
            occurredAt: dawn + step,
            data: '{"step":"invoice/explain","kind":"page"}',
          })),
        },
      ],
    })
    const subject = subjectOf(n)
    const keyId = id(n, "6e6e") as Uuid.Uuid
    const keys = new Map([["freeText" as const, { keyId, wrappingKey: keyId, wrapped: nothing }]])
    yield* rows.changeKeyring(customer, subject, 0, {
      keys,
      restricted: false,
      objections: new Set(),
      erasure: undefined,
    })
    yield* rows.put(customer, subject, {
      values: [0, 1, 2].map((part) => ({
        reference: id(n * 3 + part, "7a7a") as Uuid.Uuid,
        subject,
        category: "freeText" as const,
        purposes: ["customerCare"],
        source: "givenByPerson" as const,
        kind: undefined,
        collectedBy: undefined,
        collectedAt: dawn,
        retentionEnd: undefined,
        keyId,
        algorithm: "AES-256-GCM",
        nonce: nothing,
        cipherText: nothing,
      })),
      links: [{ subject, interaction: id(n, "1a1a") as Uuid.Uuid, retentionEnd: undefined }],
    })
  }
  return events / perStream
})

/** Erases subjects beside so many events: each call of the result gives what one erasure took in a round. */
const erasuresBeside = async (events: number, { rounds }: Options) => {
  const runtime = ManagedRuntime.make(services())
  const subjects = await runtime.runPromise(fill(events))
  // The rounds, and two that do not count.
  const each = Math.max(1, Math.min(50, Math.floor(subjects / (rounds + 2))))
  let next = 0
  return {
    round: (): Promise<Spent.Spent> =>
      runtime.runPromise(
        Effect.gen(function* () {
          const erasure = yield* Erasure.Erasure
          const own = Array.from({ length: each }, () => subjectOf(next++))
          collectGarbage()
          const [spent] = yield* timed(
            each,
            Effect.forEach(own, (subject) => erasure.erase({ customer, subject, cause: "request" }), { discard: true }),
          )
          return spent
        }),
      ),
    close: () => runtime.dispose(),
  }
}

const beside = async (options: Options): Promise<Section> => {
  const sizes = [Math.max(2_000, 10_000 * options.scale), Math.max(4_000, 1_000_000 * options.scale)]
  const both: Array<{
    readonly erasures: Awaited<ReturnType<typeof erasuresBeside>>
    readonly spent: Array<Spent.Spent>
  }> = []
  for (const events of sizes) both.push({ erasures: await erasuresBeside(events, options), spent: [] })
  // The first rounds warm up and do not count.
  for (let round = -2; round < options.rounds; round++) {
    for (const { erasures, spent } of round % 2 === 0 ? both : both.toReversed()) {
      const one = await erasures.round()
      if (round >= 0) spent.push(one)
    }
  }
  for (const { erasures } of both) await erasures.close()
  const [small, large] = [both[0]!.spent, both[1]!.spent]
  const few = `beside ${sizes[0]} events`
  return {
    title: "One subject of three values and a link, erased by the whole protocol",
    notes: ["a ratio near 1: the cost is that of the erased rows, not of the log or the vault"],
    measurements: [
      microseconds(few, small),
      { ...microseconds(`beside ${sizes[1]} events`, large), comparisons: [Spent.compare(few, large, small, 0.5)] },
    ],
  }
}

/** The work. */
export const privacy: Work = {
  name: "privacy",
  about: "sealing, opening and erasing a value; erasing a subject beside 10 thousand and 1 million events",
  run: async (options, done) => {
    done(await perValue(options))
    done(await beside(options))
  },
}
