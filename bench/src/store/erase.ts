/**
 * The work `erase`: one subject, erased by the whole protocol, beside a log of ten thousand and of a million events.
 */
import { randomUUID } from "node:crypto"
import { layer, migrate, VaultPostgres } from "@tacet/adapter-pg"
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { OpeningPolicy, type Subject, Vault } from "@tacet/core/privacy"
import { Erasure } from "@tacet/core/services"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { median, type Measurement } from "../Measurement.ts"
import type { Options, Section, Work } from "../Work.ts"
import * as Spent from "../Spent.ts"
import type { Server } from "./Server.ts"
import { database, execute } from "./subjects.ts"
import { work } from "./work.ts"

const dawn = Date.UTC(2026, 0, 5)
const customer = randomUUID() as CustomerId.CustomerId

/** A log of so many events, and a vault of a subject for each twenty of them: three values, a link, a locator. */
const filled = async (server: string, name: string, events: number) => {
  const url = await database(server, name)
  const options = { url: Redacted.make(url) }
  const all = { vault: options, keys: options, log: options }
  await Effect.runPromise(Effect.andThen(migrate(options), VaultPostgres.migrate(all)))
  const id = (kind: string, n: string) => `('0b1f6f0e-6c0c-4d0a-${kind}-' || lpad(to_hex(${n}), 12, '0'))::uuid`
  const subjects = `generate_series(1, ${events / 20}) AS s (n)`
  await execute(url, [
    `INSERT INTO tacet.compartment (customer_id, position) VALUES ('${customer}', ${events})`,
    `INSERT INTO tacet.event SELECT '${customer}', n, 'interaction', ${id("9a01", "(n - 1) / 20")}, (n - 1) % 20 + 1,
      'StepTaken', 1, ${dawn} + n, ${dawn} + n, ${id("9a02", "(n - 1) / 20")}, '{"step":"invoice/explain","kind":"page"}'
      FROM generate_series(1, ${events}) AS e (n)`,
    `INSERT INTO tacet_vault.keyring SELECT '${customer}', ${id("9a03", "n")}, 1, '{freeText}', ARRAY[${id("9a04", "n")}],
      ARRAY['${customer}'::uuid], ARRAY[decode(repeat('00', 60), 'hex')], false, '[]' FROM ${subjects}`,
    `INSERT INTO tacet_vault.sealed_value SELECT '${customer}', ${id("9a05", "n * 4 + v")}, ${id("9a03", "n")}, 'freeText',
      '["customerCare"]', ${dawn}, NULL, ${id("9a04", "n")}, 'AES-256-GCM', decode(repeat('00', 12), 'hex'),
      decode(repeat('00', 40), 'hex') FROM ${subjects}, generate_series(1, 3) AS w (v)`,
    `INSERT INTO tacet_vault.link SELECT '${customer}', ${id("9a01", "n - 1")}, ${id("9a03", "n")}, NULL FROM ${subjects}`,
    `INSERT INTO tacet_vault.locator SELECT '${customer}', md5(n::text), ${id("9a03", "n")}, 0, ${dawn}, '2026-01', NULL
      FROM ${subjects}`,
    "VACUUM ANALYZE",
  ])
  const ports = Layer.merge(layer(options), VaultPostgres.layer(all))
  return ManagedRuntime.make(
    Layer.provideMerge(Erasure.layer, Vault.layer).pipe(
      Layer.provideMerge(Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })),
      Layer.provideMerge(ports),
    ),
  )
}

/** A person with three values, a link and a locator. */
const aSubject = Effect.gen(function* () {
  const vault = yield* Vault.Vault
  const subject = randomUUID() as Subject.SubjectId
  for (const value of ["one", "two", "three"]) {
    yield* vault.seal({
      customer,
      subject,
      category: "freeText",
      value,
      purposes: ["customerCare"],
      collectedAt: dawn,
      retentionEnd: undefined,
    })
  }
  yield* vault.link(customer, subject, randomUUID() as Uuid.Uuid, undefined)
  const identifier = { kind: "ipAddress", text: "192.0.2.7" } as const
  yield* vault.observe({ customer, subject, identifier, validFrom: dawn, validTo: undefined, retentionEnd: undefined })
  return subject
})

const each = 10

/** Erases subjects one after the other: what that took, and the median time of one in microseconds. */
const erasing = (serverClock: Spent.ServerClock) =>
  Effect.gen(function* () {
    const erasure = yield* Erasure.Erasure
    const subjects = yield* Effect.forEach(Array.from({ length: each }), () => aSubject)
    const times: Array<number> = []
    const end = Spent.begin(serverClock)
    for (const subject of subjects) {
      const start = performance.now()
      yield* erasure.erase({ customer, subject, cause: "request" })
      times.push((performance.now() - start) * 1000)
    }
    return { spent: end(), microseconds: median(times) }
  })

const measure = async (server: Server, { rounds, scale }: Options): Promise<Section> => {
  const sizes = [10_000, 1_000_000].map((events) => Math.max(2_000, Math.round((events * scale) / 20) * 20))
  const beside = await Promise.all(
    sizes.map(async (events, index) => ({
      name: `beside ${events} events`,
      runtime: await filled(server.url, `bench_erase_${index}`, events),
      times: new Array<number>(),
      spent: new Array<Spent.Spent>(),
    })),
  )
  for (let round = -1; round < rounds; round++) {
    for (const { runtime, spent, times } of round % 2 === 0 ? beside : beside.toReversed()) {
      const erased = await runtime.runPromise(erasing(server.processorSeconds))
      if (round < 0) continue
      times.push(erased.microseconds)
      spent.push({ ...erased.spent, milliseconds: erased.microseconds / 1_000 })
    }
  }
  for (const { runtime } of beside) await runtime.dispose()
  const [small] = beside
  return {
    title: "One subject of three values, a link and a locator, erased by the whole protocol",
    notes: [
      `the median of ${each} erasures in a round; log, vault, keys and ledger in one database`,
      "a ratio of 0.67 or more: at most 1.5 times as long",
    ],
    measurements: beside.map(({ name, spent, times }, index): Measurement => ({
      subject: name,
      median: median(times),
      unit: "µs",
      minimum: Math.min(...times),
      maximum: Math.max(...times),
      rounds: times.length,
      ...Spent.processorTimeOfEach(spent, each),
      comparisons: index === 0 ? [] : [Spent.compare(small!.name, spent, small!.spent, 0.67)],
    })),
  }
}

/** The work. */
export const erase: Work = work(
  "erase",
  "one subject on PostgreSQL, beside a log of 10 thousand and of 1 million events",
  (server, options) => measure(server, options),
)
