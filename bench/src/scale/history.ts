/**
 * The log of a Customer after so many interactions, from a seed, one write after the other: only the pending writes of
 * a few days are in memory. People follow the links of a scenario, call now or days later, and some calls are reported
 * only long after every window has closed. Decided by the domain and encoded as it is stored.
 */
import { Customer, type Identifier, Interaction } from "@tacet/core/domain"
import { Decider, type EventEnvelope, Uuid } from "@tacet/core/eventsourcing"
import { PolicyBook } from "@tacet/core/policy"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { callOf, customer, declarations, entryPoint, number, policies, scenario, screens } from "../path/recordings.ts"
import { type Random, seeded } from "../random.ts"

/** Events for one stream that has so many. */
export interface Write {
  readonly stream: Uuid.Uuid
  readonly version: number
  readonly events: ReadonlyArray<EventEnvelope.NewEvent>
}

/** Which history. */
export interface Shape {
  readonly interactions: number
  /** A Customer with a million interactions a year has 2,740 a day. */
  readonly perDay: number
  readonly seed: number
  /** The day of the first one, counted from the first day of all histories. */
  readonly fromDay: number
}

const day = 86_400_000
const hour = 3_600_000
const second = 1_000
const begin = Date.UTC(2025, 0, 1)

/** The history. What belongs to an interaction of it, and comes after the last one has begun, is left out. */
export function* history({ fromDay, interactions, perDay, seed }: Shape): Generator<Write, void> {
  const random = seeded(seed)
  const later = new Map<number, Array<Write>>()
  const first = begin + fromDay * day
  let through = Math.floor(first / hour)
  for (let place = 0; place < interactions; place++) {
    const startedAt = first + Math.floor((place / perDay) * day)
    for (; through < Math.floor(startedAt / hour); through++) {
      yield* later.get(through) ?? []
      later.delete(through)
    }
    const stream = Uuid.derived(String(seed), "interaction", String(place))
    const [now, afterwards] = partsOf(random, stream, startedAt)
    yield { stream, version: 0, events: now }
    if (afterwards === undefined) continue
    const due = Math.max(through, Math.floor(afterwards.at / hour))
    const write = { stream, version: now.length, events: afterwards.events }
    const known = later.get(due)
    if (known === undefined) later.set(due, [write])
    else known.push(write)
  }
}

const declared: Customer.State = declarations.reduce(
  (state, command) =>
    Decider.replay(Customer.decider, Result.getOrThrow(Customer.decider.decide(state, command, { policies })), state),
  Customer.initial,
)

const context: Interaction.Context = {
  customer: declared,
  policyAt: PolicyBook.timeline(policies, declared.policyVersions),
  switchedOn: true,
}

const policyVersion = declared.policyVersions[0]!.policyVersion

type Encoded = ReadonlyArray<EventEnvelope.NewEvent>

/** The events recorded at once, and those recorded later, if any. */
const partsOf = (
  random: Random,
  stream: string,
  startedAt: number,
): readonly [now: Encoded, afterwards: { readonly at: number; readonly events: Encoded } | undefined] => {
  let state = Interaction.initial
  const carryOut = (commands: ReadonlyArray<Interaction.Command>): Encoded =>
    commands.flatMap((command) => {
      const events = Result.getOrThrow(Interaction.decider.decide(state, command, context))
      for (const event of events) state = Interaction.decider.evolve(state, event)
      return events.map(Interaction.codec.encode)
    })
  let at = startedAt
  const moment = (): DateTime.Utc => DateTime.makeUnsafe((at += Math.floor(random.next() * 20 * second)))
  const now = carryOut(visit(random, moment, `${stream} call`))
  const chance = random.next()
  if (chance >= 0.12) return [now, undefined]
  // Most who call later do so within two days; a few calls are reported two weeks after they were made.
  at += Math.floor(random.next() * (chance < 0.002 ? 5 : 2) * day)
  const events = carryOut(callOf(random, moment, Uuid.derived(`${stream} later`) as string as Identifier.CallId))
  return [now, { at: chance < 0.002 ? at + 14 * day : at, events }]
}

const visit = (random: Random, moment: () => DateTime.Utc, call: string): ReadonlyArray<Interaction.Command> => {
  const fromCall = random.next() < 0.6
  const commands: Array<Interaction.Command> = [
    {
      _tag: "StartInteraction",
      at: moment(),
      trigger: fromCall ? { _tag: "outgoingCall", number } : { _tag: "contactRequest", channel: "web", entryPoint },
      interface: "web" as Identifier.InterfaceId,
      scenario,
      linkable: random.next() < 0.7,
    },
  ]
  if (fromCall) commands.push({ _tag: "InhibitCall", at: moment() })
  commands.push({ _tag: "ActivateInterface", at: moment() })
  commands.push({ _tag: "ShowNotice", at: moment(), policyVersion, tells: ["policy", "purposes"] })
  let screen = 0
  for (let step = 0; step < longest; step++) {
    commands.push({ _tag: "TakeStep", at: moment(), step: screens[screen]!, kind: "page" })
    if (random.next() < 0.1) break
    screen = links[screen]![random.weighted(popularity)]!
  }
  if (random.next() < 0.35) commands.push(...callOf(random, moment, Uuid.derived(call) as string as Identifier.CallId))
  commands.push({ _tag: "EndInteraction", at: moment(), reason: "completed" })
  return commands
}

const longest = 40
/** Where each screen leads, and how many follow the first, the second and the third link. */
const links = screens.map((_, screen) => [1, 5, 7].map((distance) => (screen + distance) % screens.length))
const popularity = [80, 16, 4]

export { customer }
