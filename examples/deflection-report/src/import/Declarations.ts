/**
 * What the Customer of a run declares before its rows are read, as real commands: the policy version that binds, the
 * number and the entry points from which interactions start, and the scenario where the mapping has one. All from 1970
 * on, so that whatever the file holds falls under it.
 */
import { createHash } from "node:crypto"
import { CommandInput, type Customer, type Identifier } from "@tacet/core/domain"
import { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Mapping } from "../mapping/Mapping.ts"
import { InputError } from "../SourceRow.ts"

/** The declarations of a run, and what a mapping says of all its interactions. */
export interface Declarations {
  readonly customer: CustomerId.CustomerId
  readonly commands: ReadonlyArray<Customer.Command>
  readonly number: Identifier.ListedNumberId
  readonly entryPoint: Identifier.EntryPointId
  /** The scenario that binds the steps, where one does. */
  readonly scenario: Identifier.ScenarioId | undefined
  readonly stepKinds: ReadonlyMap<string, typeof Identifier.StepKind.Type>
  readonly interface: Mapping["interface"] | undefined
  readonly trigger: Mapping["trigger"] | undefined
}

/** The version in force since it was published. */
const policyVersion = "dialonce/2021-02-17"

/** A Customer's compartment: a UUID is taken as it is, any other name by its hash. */
export const compartmentOf = (name: string): CustomerId.CustomerId => {
  const given = Schema.decodeUnknownResult(CustomerId.CustomerId)(name)
  return Result.isSuccess(given) ? given.success : (named("customer", name) as CustomerId.CustomerId)
}

/** Throws an `InputError` where the mapping declares what is not acceptable. */
export const declarationsOf = (customer: CustomerId.CustomerId, mapping: Mapping): Declarations => {
  const at = DateTime.makeUnsafe(0)
  const number = named(customer, "number") as Identifier.ListedNumberId
  const entryPoints = (mapping.entryPoints ?? []).map((name) => entryPointOf(customer, name))
  const entryPoint = entryPoints[0] ?? entryPointOf(customer, "all")
  const { scenario } = mapping
  const steps = scenario?.steps.map(({ kind, step }) => ({ step, kind: kind ?? "page" }))
  const inputs: ReadonlyArray<unknown> = [
    { _tag: "AdoptPolicyVersion", at, policyVersion },
    { _tag: "ListNumber", at, number },
    ...[entryPoint, ...entryPoints.slice(1)].map((listed) => ({ _tag: "ListEntryPoint", at, entryPoint: listed })),
    ...(scenario === undefined
      ? []
      : [
          {
            _tag: "PublishScenario",
            at,
            scenario: scenario.id,
            steps,
            journeys: scenario.journeys ?? [],
            goals: scenario.goals ?? [],
          },
        ]),
  ]
  return {
    customer,
    commands: inputs.map(commandOf),
    number,
    entryPoint,
    scenario: scenario?.binds === true ? scenario.id : undefined,
    stepKinds: new Map(steps?.map(({ kind, step }) => [step, kind])),
    interface: mapping.interface,
    trigger: mapping.trigger,
  }
}

const commandOf = (input: unknown): Customer.Command => {
  const command = CommandInput.readCustomerCommand(input)
  if (Result.isSuccess(command)) return command.success
  throw new InputError(`mapping, scenario: ${command.failure.message}`)
}

const entryPointOf = (customer: CustomerId.CustomerId, name: string): Identifier.EntryPointId =>
  named(customer, "entry point", name) as Identifier.EntryPointId

/** The same id for the same names, in every run. */
const named = (...names: ReadonlyArray<string>): Uuid.Uuid =>
  Uuid.fromBytes(
    createHash("sha256")
      .update(JSON.stringify(["tacet/deflection-report", ...names]))
      .digest(),
    8,
  )
