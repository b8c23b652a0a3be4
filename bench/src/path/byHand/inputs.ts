/**
 * The recordings and the facts of the path in the form that the program by hand takes: moments as numbers, sets and maps.
 */
import { Customer, type Identifier, type Interaction } from "@tacet/core/domain"
import { Decider } from "@tacet/core/eventsourcing"
import { PolicyBook } from "@tacet/core/policy"
import type { Interactions } from "@tacet/core/services"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { declarations, policies } from "../recordings.ts"
import type { Command, Facts } from "./Interaction.ts"
import type { Recording } from "./walk.ts"

/** What the Customer has declared, as the deciders have it. */
export const declared: Customer.State = declarations.reduce(
  (state, command) =>
    Decider.replay(Customer.decider, Result.getOrThrow(Customer.decider.decide(state, command, { policies })), state),
  Customer.initial,
)

/** The policy in force at a moment. */
export const policyAt = PolicyBook.timeline(policies, declared.policyVersions)

/** The same for the program by hand. */
export const factsOf = (moments: ReadonlyArray<number>): Facts => ({
  version: declarations.length,
  numbers: declared.numbers,
  entryPoints: declared.entryPoints,
  scenarios: new Map(
    Array.from(declared.scenarios, ([scenario, versions]) => [
      scenario,
      versions.map(({ occurredAt, steps }) => ({
        from: DateTime.toEpochMillis(occurredAt),
        steps: new Map<string, string>(steps.map(({ kind, step }) => [step, kind])),
      })),
    ]),
  ),
  policies: declared.policyVersions.map(({ from, policyVersion }) => {
    const { channels, interception } = constantOver(moments)
    return { from, version: policyVersion, channels: new Set(channels), interceptions: new Set(interception) }
  }),
})

/** The parameters of the policy, which are the same at all these moments. */
const constantOver = (moments: ReadonlyArray<number>) => {
  const found = moments.map((moment) => {
    const policy = policyAt(DateTime.makeUnsafe(moment))
    if (policy === undefined) throw new Error("No policy binds a moment of the recordings")
    const { channels, interception } = policy.parameters
    return { channels, interception }
  })
  const [first] = found
  if (first === undefined || found.some((one) => JSON.stringify(one) !== JSON.stringify(first))) {
    throw new Error("The policy changes within the recordings: the program by hand takes one")
  }
  return first
}

/** Recordings for the program by hand. */
export const plainOf = (recordings: ReadonlyArray<Interactions.Recording>): ReadonlyArray<Recording> =>
  recordings.map(({ commands, interaction }) => ({ interaction, commands: commands.map(commandOf) }))

/** A command for the program by hand. */
export const commandOf = (command: Interaction.Command): Command =>
  ({ ...command, at: DateTime.toEpochMillis(command.at) }) as { readonly at: number } as Command

/** The moments of a sample of commands, the first and the last among them. */
export const momentsOf = (recordings: ReadonlyArray<Interactions.Recording>): ReadonlyArray<number> => {
  const starts = recordings.map(({ commands }) => DateTime.toEpochMillis(commands[0]!.at))
  const every = Math.max(1, Math.floor(starts.length / 90))
  return [...starts.filter((_, place) => place % every === 0), starts.at(-1)!]
}

/** A name that no scenario, step or interface of the recordings has. */
export const unknownStep = "unknown/step" as Identifier.StepId
