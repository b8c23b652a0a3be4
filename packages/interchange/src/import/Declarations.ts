/**
 * The declarations that the Customer of a run makes before its rows are read, as real commands: the policy version that
 * binds, the number and the entry points from which interactions start, and the scenario where the mapping has one. All
 * hold from 1970 on, so that they cover every row of the file.
 */
import { createHash } from "node:crypto"
import { CommandInput, type Customer, type Identifier } from "@tacet/core/domain"
import { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { PolicyBook, Vocabulary } from "@tacet/core/policy"
import { Customers } from "@tacet/core/services"
import * as DateTime from "effect/DateTime"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Mapping } from "../mapping/Mapping.ts"
import { InputError } from "../SourceRow.ts"

/** The declarations of a run, and the mapping's statements on all its interactions. */
export interface Declarations {
  readonly customer: CustomerId.CustomerId
  readonly commands: ReadonlyArray<Customer.Command>
  /** The listed number of a name; without one, the first. A name that is not listed has an id that is not listed. */
  readonly number: (name: string | undefined) => Identifier.ListedNumberId
  /** The same for entry points. */
  readonly entryPoint: (name: string | undefined) => Identifier.EntryPointId
  /** The scenario that binds the steps, where one does. */
  readonly scenario: Identifier.ScenarioId | undefined
  readonly stepKinds: ReadonlyMap<string, typeof Identifier.StepKind.Type>
  readonly interface: Mapping["interface"] | undefined
  readonly trigger: Mapping["trigger"] | undefined
  /** Whether the source carries the id of the interaction over to its calls. */
  readonly correlates: boolean
}

/** The version that was published last. */
const latestPolicyVersion = "dialonce/2021-02-17"

const says = <A>(value: A) => ({ value, sources: [] })

/**
 * The texts that may be adopted: the published ones. The Customer's own policy adds what its export shows: calls start
 * interactions too, under every version, and returning people are recognised.
 */
const policies: PolicyBook.PolicyBook = {
  ...PolicyBook.published,
  customerPolicies: [
    {
      id: "deflection-report/own",
      from: DateTime.makeUnsafe(0),
      parameters: {
        channels: says(Vocabulary.channels),
        interception: says(Vocabulary.interceptions),
        recognition: says("on"),
      },
    },
  ],
}

/** For the service that records. */
export const layerPolicies: Layer.Layer<never> = Layer.succeed(Customers.KnownPolicies, () => policies)

/** A Customer's compartment: a UUID is taken as it is, any other name by its hash. */
export const compartmentOf = (name: string): CustomerId.CustomerId => {
  const given = Schema.decodeUnknownResult(CustomerId.CustomerId)(name)
  return Result.isSuccess(given) ? given.success : (named("customer", name) as CustomerId.CustomerId)
}

/** Throws an `InputError` where the mapping declares an unacceptable value. */
export const declarationsOf = (customer: CustomerId.CustomerId, mapping: Mapping): Declarations => {
  const at = DateTime.makeUnsafe(0)
  const numbers = listed<Identifier.ListedNumberId>(customer, "number", mapping.numbers)
  const entryPoints = listed<Identifier.EntryPointId>(customer, "entry point", mapping.entryPoints)
  const { policyVersion = latestPolicyVersion, scenario } = mapping
  mustList(mapping, "number", "numbers")
  mustList(mapping, "entryPoint", "entryPoints")
  const steps = scenario?.steps.map(({ kind, step }) => ({ step, kind: kind ?? "page" }))
  const inputs: ReadonlyArray<unknown> = [
    { _tag: "AdoptPolicyVersion", at, policyVersion },
    ...numbers.ids.map((number) => ({ _tag: "ListNumber", at, number })),
    ...entryPoints.ids.map((entryPoint) => ({ _tag: "ListEntryPoint", at, entryPoint })),
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
    number: numbers.idOf,
    entryPoint: entryPoints.idOf,
    scenario: scenario?.binds === true ? scenario.id : undefined,
    stepKinds: new Map(steps?.map(({ kind, step }) => [step, kind])),
    interface: mapping.interface,
    trigger: mapping.trigger,
    correlates: mapping.correlates ?? false,
  }
}

const commandOf = (input: unknown): Customer.Command => {
  const command = CommandInput.readCustomerCommand(input)
  if (Result.isSuccess(command)) return command.success
  throw new InputError(`mapping, scenario: ${command.failure.message}`)
}

/** The entries of one kind that a Customer lists, by name; where it names none, a single entry represents all. */
interface Listed<Id> {
  readonly ids: ReadonlyArray<Id>
  readonly idOf: (name: string | undefined) => Id
}

const listed = <Id extends Uuid.Uuid>(
  customer: CustomerId.CustomerId,
  kind: string,
  names: ReadonlyArray<string> | undefined,
): Listed<Id> => {
  const idNamed = (name: string): Id => named(customer, kind, name) as Id
  const first = names?.[0] ?? "all"
  const known = new Map([first, ...(names ?? [])].map((name) => [name, idNamed(name)]))
  return {
    ids: Array.from(known.values()),
    idOf: (name = first) => known.get(name) ?? idNamed(name),
  }
}

const mustList = (mapping: Mapping, key: "number" | "entryPoint", list: "numbers" | "entryPoints"): void => {
  if (mapping[key] !== undefined && (mapping[list] ?? []).length === 0) {
    throw new InputError(`mapping, ${list}: must be given: the names that ${key} may have`)
  }
}

/** The same id for the same names, in every run. */
const named = (...names: ReadonlyArray<string>): Uuid.Uuid =>
  Uuid.fromBytes(
    createHash("sha256")
      .update(JSON.stringify(["tacet/deflection-report", ...names]))
      .digest(),
    8,
  )
