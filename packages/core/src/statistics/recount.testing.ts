/**
 * A second, slower way to count, written from `statistics.md` alone, as the oracle of the laws: it looks at whole
 * histories, knows no fold, no tree and no contribution.
 */
import * as DateTime from "effect/DateTime"
import type * as Interaction from "../domain/Interaction.ts"
import type { ArbitraryInteractions } from "@tacet/testing"
import type { Definition, Window } from "./Definition.ts"

const hours: Readonly<Record<Window, number>> = { "in-interaction": 0, PT24H: 24, PT72H: 72, P7D: 168 }

type EventOf<Tag> = Extract<Interaction.Event, { readonly _tag: Tag }>

const timeOf = (event: Interaction.Event): number => DateTime.toEpochMillis(event.occurredAt)

const all = <Tag extends Interaction.Event["_tag"]>(
  events: ReadonlyArray<Interaction.Event>,
  tag: Tag,
): ReadonlyArray<EventOf<Tag>> => events.filter((event): event is EventOf<Tag> => event._tag === tag)

const judge = (history: ArbitraryInteractions.History, definition: Definition, asOf: number) => {
  const events = history.events
    .map((event, index) => ({ event, index }))
    .sort((one, other) => timeOf(one.event) - timeOf(other.event) || one.index - other.index)
    .map(({ event }) => event)
  const notActivity = new Set([
    "CallPlaced",
    "CallAnswered",
    "CallEnded",
    "InteractionExcluded",
    "InteractionEnded",
    "RecontactObserved",
  ])
  const activity = Math.max(...events.filter(({ _tag }) => !notActivity.has(_tag)).map(timeOf))
  const ended = all(events, "InteractionEnded")
    .filter(({ reason }) => reason !== "timedOut")
    .map(timeOf)[0]
  const idle = definition.idleMinutes * 60_000
  const open = ended === undefined && asOf < activity + idle
  const end = Math.max(activity, ended ?? activity)
  const calls = all(events, "CallPlaced").map((placed) => {
    const human = all(events, "CallAnswered")
      .filter(({ call }) => call === placed.call)
      .map((answer) => answer.human)
    const finish = all(events, "CallEnded").find(({ call }) => call === placed.call)
    const spoke = human.includes(true) ? true : human.at(-1)
    const effective =
      (finish?.talkSeconds ?? 0) > definition.minTalkSeconds &&
      (spoke === true || (spoke === "unknown" && definition.unknownHuman === "effective"))
    return { at: timeOf(placed), asks: placed.asksForPerson, effective, spoke, legs: finish?.legs ?? 1 }
  })
  const requests = all(events, "CallRequested").map(timeOf)
  const standing = (window: Window) => {
    if (open) return "open" as const
    const reach = end + (window === "in-interaction" && ended === undefined ? idle : hours[window] * 3_600_000)
    if (asOf < end + hours[window] * 3_600_000) return "pending" as const
    const reached = calls.filter(({ at }) => at <= reach)
    if (reached.some(({ effective }) => effective)) return "effective" as const
    return reached.some(({ asks }) => asks) || requests.length > 0 ? ("attemptFailed" as const) : ("deflected" as const)
  }
  const cut = events.findIndex(
    (event) => event._tag === "CallRequested" || (event._tag === "CallPlaced" && event.asksForPerson),
  )
  const steps = all(cut === -1 ? events : events.slice(0, cut), "StepTaken").map(({ step }) => step as string)
  const told = definition.collapse ? steps.filter((step, index) => step !== steps[index - 1]) : steps
  const journey =
    definition.maxSteps !== null && told.length > definition.maxSteps
      ? [...told.slice(0, definition.maxSteps), "…"]
      : told
  return { excluded: all(events, "InteractionExcluded").length > 0, standing, calls, journey }
}

/** The figures that the laws compare. */
export const recount = (
  histories: ReadonlyArray<ArbitraryInteractions.History>,
  definition: Definition,
  asOf: number,
) => {
  const judged = histories.map((history) => judge(history, definition, asOf))
  const counted = judged.filter(({ excluded }) => !excluded)
  const count = (window: Window, standing: string): number =>
    counted.filter((one) => one.standing(window) === standing).length
  const figures = (window: Window) => ({
    open: count(window, "open"),
    pending: count(window, "pending"),
    effective: count(window, "effective"),
    attemptFailed: count(window, "attemptFailed"),
    deflected: count(window, "deflected"),
  })
  const headline = figures(definition.window)
  const calls = counted.flatMap((one) => one.calls)
  const journeys = new Map<string, { interactions: number; effective: number }>()
  let loops = 0
  for (const one of counted) {
    const key = one.journey.join(">")
    const known = journeys.get(key) ?? { interactions: 0, effective: 0 }
    known.interactions++
    const standing = one.standing(definition.window)
    if (standing === "effective") known.effective++
    journeys.set(key, known)
    const revisited = one.journey.some(
      (step, index) => one.journey.lastIndexOf(step, index - 2) >= 0 && one.journey[index - 1] !== step && index >= 2,
    )
    if (revisited && standing !== "open" && standing !== "pending") loops++
  }
  const top = Array.from(journeys)
    .sort(([one, a], [other, b]) => b.interactions - a.interactions || (one < other ? -1 : 1))
    .slice(0, 20)
  return {
    interactions: {
      started: judged.length,
      ...headline,
      excluded: judged.length - counted.length,
    },
    rates: Object.fromEntries(
      (["in-interaction", "PT24H", "PT72H", "P7D"] as const).map((window) => {
        const { attemptFailed, deflected, effective, open, pending } = figures(window)
        return [
          window,
          {
            noEffectiveCall: [attemptFailed + deflected, attemptFailed + deflected + effective],
            effective,
            attemptFailed,
            deflected,
            pending,
            open,
          },
        ]
      }),
    ),
    calls: {
      total: calls.length,
      legs: calls.reduce((sum, { legs }) => sum + legs, 0),
      effective: calls.filter(({ effective }) => effective).length,
      notHuman: calls.filter(({ spoke }) => spoke === false).length,
      humanUnknown: calls.filter(({ spoke }) => spoke === "unknown").length,
    },
    journeys: Object.fromEntries(top.map(([key, { effective, interactions }]) => [key, [interactions, effective]])),
    loops,
  }
}
