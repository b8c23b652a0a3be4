/**
 * Whether the program by hand decides and stores as Tacet does: before anything is timed, both are given recordings with
 * commands out of place, and must accept, refuse by the same rule and field, and store the same.
 */
import { isDeepStrictEqual } from "node:util"
import { Interaction } from "@tacet/core/domain"
import type { Interactions } from "@tacet/core/services"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { type Random, seeded } from "../../random.ts"
import { declared, commandOf, policyAt, unknownStep } from "./inputs.ts"
import { decode, encode } from "./codec.ts"
import * as ByHand from "./Interaction.ts"

/** How many commands were compared, and how often they were refused, by rule. */
export interface Agreement {
  readonly commands: number
  readonly refused: Readonly<Record<string, number>>
}

/** Compares the two on recordings and on faulty ones made of them. Throws where they differ. */
export const agreementOn = (recordings: ReadonlyArray<Interactions.Recording>, facts: ByHand.Facts): Agreement => {
  const random = seeded(20_261_130)
  const refused = new Map<string, number>()
  let compared = 0
  for (const { commands } of recordings) {
    for (const sequence of [commands, ...Array.from({ length: 4 }, () => faulty(random, commands))]) {
      const [switchedOn, purges] = [random.next() < 0.95, random.next() < 0.05]
      const theirs = ofTacet(sequence, switchedOn, purges)
      const ours = ofByHand(sequence.map(commandOf), facts, switchedOn, purges)
      compared += sequence.length
      if (!isDeepStrictEqual(ours, theirs)) {
        const place = theirs.findIndex((outcome, at) => !isDeepStrictEqual(outcome, ours[at]))
        throw new Error(
          `By hand a ${sequence[place]?._tag} has another outcome than in Tacet: ` +
            `${JSON.stringify(ours[place])}, not ${JSON.stringify(theirs[place])}`,
        )
      }
      for (const outcome of theirs) {
        if ("rule" in outcome) refused.set(outcome.rule, (refused.get(outcome.rule) ?? 0) + 1)
      }
    }
  }
  return { commands: compared, refused: Object.fromEntries([...refused].toSorted(([a], [b]) => (a < b ? -1 : 1))) }
}

/** The outcome of a command: a refusal, or the stored events. */
type Outcome =
  | { readonly rule: string; readonly field: string | undefined }
  | { readonly stored: ReadonlyArray<object> }

const ofTacet = (
  commands: ReadonlyArray<Interaction.Command>,
  switchedOn: boolean,
  purges: boolean,
): ReadonlyArray<Outcome> => {
  let state = Interaction.initial
  const context = { customer: declared, policyAt, switchedOn, isPurged: () => purges }
  return commands.map((command) => {
    const outcome = Interaction.decider.decide(state, command, context)
    if (Result.isFailure(outcome)) return { rule: outcome.failure.rule, field: outcome.failure.field }
    for (const event of outcome.success) state = Interaction.decider.evolve(state, event)
    return { stored: outcome.success.map((event) => storedOf(Interaction.codec.encode(event))) }
  })
}

const ofByHand = (
  commands: ReadonlyArray<ByHand.Command>,
  facts: ByHand.Facts,
  switchedOn: boolean,
  purges: boolean,
): ReadonlyArray<Outcome> => {
  const state = new ByHand.State()
  const context = { facts, switchedOn, isPurged: () => purges }
  return commands.map((command) => {
    const outcome = ByHand.decide(state, command, context)
    if (outcome instanceof ByHand.Refusal) return { rule: outcome.rule, field: outcome.field }
    if (outcome === undefined) return { stored: [] }
    ByHand.evolve(state, outcome)
    const stored = encode(outcome)
    if (!isDeepStrictEqual(encode(decode(stored)), stored)) throw new Error("By hand an event changes in the log")
    return { stored: [storedOf(stored)] }
  })
}

const storedOf = ({
  data,
  occurredAt,
  schemaVersion,
  type,
}: { readonly [Key in "data" | "type"]: string } & {
  readonly [Key in "occurredAt" | "schemaVersion"]: number
}): object => ({ type, schemaVersion, occurredAt, payload: JSON.parse(data) as unknown })

/** Commands with one to three faults: left out, repeated, put elsewhere, earlier, far later, or with an unknown value. */
const faulty = (random: Random, commands: ReadonlyArray<Interaction.Command>): ReadonlyArray<Interaction.Command> => {
  const changed = commands.slice()
  for (let faults = 1 + random.below(3); faults > 0 && changed.length > 0; faults--) {
    const place = random.below(changed.length)
    const command = changed[place]!
    const elsewhere = random.below(changed.length)
    switch (random.below(7)) {
      case 0:
        changed.splice(place, 1)
        break
      case 1:
        changed.splice(elsewhere, 0, command)
        break
      case 2:
        changed.splice(elsewhere, 0, ...changed.splice(place, 1))
        break
      case 3:
        changed[place] = { ...command, at: DateTime.subtract(command.at, { hours: 1 }) }
        break
      case 4:
        changed[place] = { ...command, at: DateTime.add(command.at, { days: 8 }) }
        break
      case 5:
        changed.splice(elsewhere, 0, withUnknown(random, command))
        break
      default:
        changed[place] = withUnknown(random, command)
    }
  }
  return changed
}

const unknown = "3f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7cff" as never

const withUnknown = (random: Random, command: Interaction.Command): Interaction.Command => {
  switch (command._tag) {
    case "StartInteraction":
      return [
        { ...command, trigger: { _tag: "incomingCall" as const, number: unknown } },
        { ...command, trigger: { _tag: "contactRequest" as const, channel: "qr" as const, entryPoint: unknown } },
        { ...command, scenario: "unknown-scenario" as never },
        { ...command, linkable: !command.linkable },
      ][random.below(4)]!
    case "TakeStep":
      return random.next() < 0.5 ? { ...command, step: unknownStep } : { ...command, kind: "faq" }
    case "PlaceCall":
      return random.next() < 0.5
        ? { ...command, number: unknown }
        : { ...command, asksForPerson: !command.asksForPerson }
    case "AnswerCall":
      return random.next() < 0.5 ? { ...command, call: unknown } : { ...command, human: "unknown" }
    case "EndCall":
      return random.next() < 0.5 ? { ...command, call: unknown } : { ...command, legs: command.legs + 1 }
    default:
      return command
  }
}
