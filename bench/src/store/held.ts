/**
 * The work `held`: appends to one Customer while another transaction of the database holds a snapshot, such as a dump or a session
 * that was left open. PostgreSQL keeps every version of the counter row that was made since, and a look for the row passes them.
 */
import { randomUUID } from "node:crypto"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { ExpectedVersion, type Uuid } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { Options, Section } from "../Work.ts"
import type { Server } from "./Server.ts"
import { execute, tacet } from "./subjects.ts"
import { timed, type TimedSubject } from "./timed.ts"
import { work } from "./work.ts"

/** Appends of one event each in a round. */
const each = 300

/** A session that holds the snapshot of now. */
const holding = async (url: string) => {
  const scope = Scope.makeUnsafe()
  const { query } = await Effect.runPromise(
    Scope.provide(PgConnection.make({ url: Redacted.make(url), prepare: false }), scope),
  )
  await Effect.runPromise(
    Effect.andThen(query("BEGIN ISOLATION LEVEL REPEATABLE READ"), query("SELECT count(*) FROM tacet.event")),
  )
  return () => Effect.runPromise(Scope.close(scope, Exit.void))
}

type Stores = Awaited<ReturnType<typeof tacet>>

const append = ({ customer, store }: Stores) =>
  Effect.runPromise(
    store.append({
      customer,
      commitId: randomUUID() as Uuid.Uuid,
      writes: [
        {
          stream: { kind: "own", id: randomUUID() as Uuid.Uuid },
          expected: ExpectedVersion.none,
          events: [{ type: "Noted", schemaVersion: 1, occurredAt: 0, data: "{}" }],
        },
      ],
    }),
  )

/** So many writers at once, of which each appends one event after the other. */
const appending = (stores: Stores, writers: number) => async () => {
  const one = async () => {
    for (let n = 0; n < each / writers; n++) await append(stores)
  }
  await Promise.all(Array.from({ length: writers }, one))
  return each
}

const measure = async (server: Server, { rounds, scale }: Options): Promise<Section> => {
  const most = Math.round(22_000 * scale)
  const closing: Array<() => Promise<void>> = []
  /** A database whose counter row was changed so often, each time in a transaction of its own, as lone appends do. */
  const changed = async (name: string, changes: number, isHeld: "held" | "released" | "never held") => {
    const stores = await tacet(server.url, `bench_${name}`)
    closing.push(stores.close)
    await append(stores)
    const release = isHeld === "never held" ? () => Promise.resolve() : await holding(stores.url)
    await execute(stores.url, [
      "SET synchronous_commit = off",
      `DO $$ BEGIN FOR n IN 1..${changes} LOOP
        UPDATE tacet.compartment SET fence = 0 WHERE customer_id = '${stores.customer}'; COMMIT;
      END LOOP; END $$`,
    ])
    if (isHeld === "held") closing.push(release)
    else await release()
    return stores
  }
  const free = await changed("free", most, "never held")
  const some = await changed("held_some", Math.round(most / 11), "held")
  const all = await changed("held_all", most, "held")
  const after = await changed("released", most, "released")
  const against = (baseline: string) => [{ baseline }]
  const alone = "one writer, no snapshot held"
  const many = "30 writers, no snapshot held"
  const subjects: ReadonlyArray<TimedSubject> = [
    { name: alone, run: appending(free, 1) },
    {
      name: `one writer, held for ${Math.round(most / 11)} changes of the row`,
      run: appending(some, 1),
      against: against(alone),
    },
    { name: `one writer, held for ${most} changes`, run: appending(all, 1), against: against(alone) },
    { name: `one writer, held for ${most} changes, then let go`, run: appending(after, 1), against: against(alone) },
    { name: many, run: appending(free, 30) },
    { name: `30 writers, held for ${most} changes`, run: appending(all, 30), against: against(many) },
  ]
  try {
    const measurements = await timed(subjects, { rounds, events: each, serverClock: server.processorSeconds })
    return {
      title: `${each} appends of one event to one Customer while another transaction holds a snapshot`,
      notes: [
        "fsync on; a database for each case; whoever holds the snapshot reads nothing more",
        "the changes before the first round are made without waiting for the disk; each round adds its appends to them",
      ],
      measurements,
    }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

/** The work. */
export const held = work("held", "appends to PostgreSQL while another transaction holds a snapshot", measure)
