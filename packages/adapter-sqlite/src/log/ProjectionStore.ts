/**
 * The projection store over a file: a state and its checkpoint are one row, changed only by who knows the checkpoint.
 */
import { type CustomerId, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../file/Database.ts"
import type { Transaction } from "../file/Transaction.ts"
import { during } from "./EventStore.ts"

const ofKey = "customer_id = ? AND name = ? AND version = ?"

const headOf = (one: Transaction["one"], customer: CustomerId.CustomerId): number =>
  (one("SELECT position FROM customer WHERE customer_id = ?", customer)?.["position"] as number | undefined) ?? 0

/** Makes the store. */
export const make = ({ read, write }: Database): ProjectionStore.ProjectionStore["Service"] => ({
  load: (customer, { name, version }) =>
    during(
      "loadProjection",
      read(({ one }) =>
        Option.map(
          Option.fromNullishOr(one(`SELECT checkpoint, state FROM projection WHERE ${ofKey}`, customer, name, version)),
          ({ checkpoint, state }) => ({ checkpoint: checkpoint as number, state: state as string }),
        ),
      ),
    ),
  save: Effect.fnUntraced(function* (customer, { name, version }, expected, { checkpoint, state }) {
    const actual = yield* during(
      "saveProjection",
      write(({ one, run }) => {
        const saved = one(`SELECT checkpoint FROM projection WHERE ${ofKey}`, customer, name, version)
        const actual = (saved?.["checkpoint"] as number | undefined) ?? 0
        if (actual === expected) {
          run(
            `INSERT INTO projection VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (customer_id, name, version)
              DO UPDATE SET checkpoint = excluded.checkpoint, state = excluded.state`,
            customer,
            name,
            version,
            checkpoint,
            state,
          )
        }
        return actual
      }),
    )
    if (actual !== expected) {
      return yield* new ProjectionStore.CheckpointMoved({ customer, name, version, expected, actual })
    }
  }),
  activeVersion: (customer, name) =>
    during(
      "loadProjection",
      read(({ one }) =>
        Option.map(
          Option.fromNullishOr(
            one("SELECT version FROM active_projection WHERE customer_id = ? AND name = ?", customer, name),
          ),
          ({ version }) => version as number,
        ),
      ),
    ),
  activate: (customer, { name, version }) =>
    during(
      "saveProjection",
      write(({ run }) => {
        run(
          `INSERT INTO active_projection VALUES (?, ?, ?)
            ON CONFLICT (customer_id, name) DO UPDATE SET version = excluded.version`,
          customer,
          name,
          version,
        )
      }),
    ),
  remove: (customer, { name, version }) =>
    during(
      "saveProjection",
      write(({ removes, run }) => {
        if (run(`DELETE FROM projection WHERE ${ofKey}`, customer, name, version) > 0) removes()
      }),
    ),
  counters: Effect.fnUntraced(function* (customer, { name, version }) {
    const { counters, head } = yield* during(
      "loadProjection",
      read(({ all, one }) => ({
        counters: new Map(
          all(`SELECT counter, value FROM counter WHERE ${ofKey}`, customer, name, version).map(
            ({ counter, value }) => [counter as string, value as number],
          ),
        ),
        head: headOf(one, customer),
      })),
    )
    const counted = counters.get(Projection.countedEvents) ?? 0
    counters.delete(Projection.countedEvents)
    if (counted !== head)
      return yield* new ProjectionStore.CountersIncomplete({ customer, name, version, counted, head })
    return counters
  }),
  replaceCounters: Effect.fnUntraced(function* (customer, { name, version }, through, counters) {
    const actual = yield* during(
      "saveProjection",
      write(({ one, run }) => {
        const head = headOf(one, customer)
        if (head === through) {
          run(`DELETE FROM counter WHERE ${ofKey}`, customer, name, version)
          for (const [counter, value] of [...counters, [Projection.countedEvents, through] as const]) {
            run("INSERT INTO counter VALUES (?, ?, ?, ?, ?)", customer, name, version, counter, value)
          }
        }
        return head
      }),
    )
    if (actual !== through) {
      return yield* new ProjectionStore.CheckpointMoved({ customer, name, version, expected: through, actual })
    }
  }),
})
