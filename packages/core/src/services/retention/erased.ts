/**
 * Deletes the interactions of erased persons from the log (R-ERASE, NOTLINKABLE): those that the vault lists, once every
 * window has closed on their day and every projection has read it. The whole day is counted first, so that no figure
 * changes; its other interactions stay.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Calendar from "../../calendar/Calendar.ts"
import { fromEpochDay } from "../../calendar/PlainDate.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Vault } from "../../privacy/Vault.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import type { Basis } from "./basis.ts"
import type { Found } from "./interactionsOfDay.ts"
import type * as Purging from "./purging.ts"

/** How many streams are looked for at a time. */
const concurrency = 8

/** The listed interactions of a Customer, sorted by what becomes of them. */
interface Listed {
  /** Not in the log, or free to stay in it: the vault need not list them any more. */
  readonly settled: ReadonlyArray<Uuid>
  /** To be deleted, by the number of their day. */
  readonly due: ReadonlyMap<number, ReadonlyArray<Found>>
  /** How many wait until a law no longer keeps them, or until every window of their day has closed. */
  readonly waiting: number
}

/** Whether an interaction that began at a moment is deleted, stays, or is kept by a law for now. */
const outcomeOf = ({ declared, now, policy, retention }: Basis, startedAt: EpochMillis) => {
  const events = { collection: DateTime.makeUnsafe(startedAt) }
  const { facts, policies } = RetentionEnds.held(declared, {
    category: "interfaceUsage",
    collectedAt: startedAt,
    at: now,
  }) ?? { facts: { category: "interfaceUsage", about: "interaction", events }, policies: [policy] }
  return RetentionPolicy.erasedInteraction(retention.state, facts, policies, DateTime.makeUnsafe(now))
}

const isOver = ({ now, policy }: Basis, day: number): boolean =>
  now >= DateTime.toEpochMillis(Calendar.endOfDay(fromEpochDay(day), policy.timeZone)) + Interaction.longestWindowMillis

/** Sorts the interactions of erased persons by what becomes of them. */
export const list = Effect.fnUntraced(function* (
  { local, store }: Purging.Ports,
  vault: Vault["Service"],
  basis: Basis,
) {
  const { customer } = basis
  const settled: Array<Uuid> = []
  const due = new Map<number, Array<Found>>()
  let waiting = 0
  const interactions = yield* vault.erasedInteractions(customer)
  const starts = yield* Effect.forEach(
    interactions,
    (id) => Effect.map(store.readStream(customer, Interaction.streamOf(id), { limit: 1 }), ({ events }) => events[0]),
    { concurrency },
  )
  interactions.forEach((interaction, place) => {
    const start = starts[place]
    const outcome = start === undefined ? "keep" : outcomeOf(basis, start.occurredAt)
    if (start === undefined || outcome === "keep") {
      settled.push(interaction)
      return
    }
    const day = local.day(start.occurredAt)
    if (outcome === "held" || !isOver(basis, day)) {
      waiting += 1
      return
    }
    const found: Found = { stream: Interaction.streamOf(interaction), position: start.position }
    due.set(day, [...(due.get(day) ?? []), found])
  })
  const listed: Listed = { settled, due, waiting }
  return listed
})
