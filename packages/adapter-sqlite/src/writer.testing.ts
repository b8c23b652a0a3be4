/**
 * A process that writes one kind of thing until it is killed or has written as many as it was told, and tells each that was
 * acknowledged. What it writes follows from the number, so that another process can tell what must be there.
 */
import { type CustomerId, EventStore, ExpectedVersion, ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import { type Subject, VaultStore } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { writeSync } from "node:fs"
import { layer } from "./layer.ts"
import * as VaultSqlite from "./vault/VaultSqlite.ts"

/** What is written. */
export type Kind = "append" | "put" | "save" | "purge"

/** What a process is to do. */
export interface Task {
  readonly file: string
  readonly kind: Kind
  readonly customer: CustomerId.CustomerId
  readonly count: number
}

/** A text that only the nth write holds. */
export const markerOf = (n: number): string => `canary-${Uuid.derived("marker", String(n))}`

/** The state of a projection after n saves: more than a page. */
export const stateOf = (n: number): string => markerOf(n).repeat(200)

/** How many events a commit has for each of its two streams: so many that a kill falls between them. */
export const events = 30

const said = (n: number) =>
  Array.from({ length: events }, (_, nth) => ({
    type: "Said",
    schemaVersion: 1,
    occurredAt: n,
    data: JSON.stringify({ marker: markerOf(n), more: "x".repeat(nth === 0 ? 5_000 : nth) }),
  }))

/** The streams of the nth commit. */
export const streamsOf = (n: number) =>
  ["interaction", "journey"].map((kind) => ({ kind, id: Uuid.derived("stream", String(n)) }))

/** The nth commit, of two streams. */
export const commitOf = (customer: CustomerId.CustomerId, n: number) => ({
  customer,
  commitId: Uuid.derived("commit", String(n)),
  writes: streamsOf(n).map((stream) => ({ stream, expected: ExpectedVersion.none, events: said(n) })),
})

/** The commit that purges the streams of the nth. */
export const purgeOf = (customer: CustomerId.CustomerId, n: number) => ({
  customer,
  commitId: Uuid.derived("purge", String(n)),
  writes: [
    {
      stream: { kind: "ledger", id: Uuid.derived("ledger", String(n)) },
      expected: ExpectedVersion.none,
      events: [{ type: "StreamsPurged", schemaVersion: 1, occurredAt: n, data: "{}" }],
    },
  ],
  purge: { streams: streamsOf(n), reason: "retention" },
})

/** The subject of the nth put. */
export const subjectOf = (n: number) => Uuid.derived("subject", String(n)) as string as Subject.SubjectId

/** The rows of the nth put: forty links and as many locators. */
export const rowsOf = (n: number) => {
  const all = Array.from({ length: 40 }, (_, nth) => String(nth))
  const subject = subjectOf(n)
  return {
    links: all.map((nth) => ({ subject, interaction: Uuid.derived("link", String(n), nth), retentionEnd: undefined })),
    locators: all.map((nth) => ({
      subject,
      token: `${markerOf(n)} ${nth}`,
      period: "p",
      validFrom: 0,
      validTo: undefined,
      retentionEnd: undefined,
    })),
  }
}

/** The projection that is saved. */
export const key = { name: "killed", version: 1 }

const writing = ({ customer, kind }: Task, n: number) =>
  Effect.gen(function* () {
    if (kind === "put") return yield* (yield* VaultStore.VaultStore).put(customer, subjectOf(n), rowsOf(n))
    if (kind === "save") {
      const { save } = yield* ProjectionStore.ProjectionStore
      return yield* save(customer, key, n - 1, { checkpoint: n, state: stateOf(n) })
    }
    const { append } = yield* EventStore.EventStore
    yield* append(commitOf(customer, n))
    if (kind === "purge") yield* append(purgeOf(customer, n))
  })

const main = (task: Task) =>
  Effect.gen(function* () {
    for (let n = 1; n <= task.count; n++) {
      writeSync(1, `begun ${n}\n`)
      yield* writing(task, n)
      writeSync(1, `done ${n}\n`)
    }
  }).pipe(
    Effect.provide(Layer.merge(layer({ file: task.file }), VaultSqlite.layerRows({ file: task.file }))),
    Effect.runPromise,
  )

const task = process.argv[2]
if (task?.startsWith("{") === true) await main(JSON.parse(task) as Task)
