/**
 * Random histories of projections, operation by operation against maps.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as FastCheck from "fast-check"
import { type CustomerId, EventStore, ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import type { ProjectionStoreFixture } from "../Fixture.ts"
import * as Property from "../Property.ts"
import * as Operation from "../Operation.ts"
import * as Model from "../ReferenceModel.ts"
import { randomHistories } from "../randomHistories.ts"
import * as Scene from "../Scene.ts"
import { inline } from "./counters.ts"
import { onStores } from "./onStores.ts"

type Step =
  | {
      readonly _tag: "save"
      readonly customer: number
      readonly key: number
      readonly by: number
      readonly stale: boolean
    }
  | { readonly _tag: "activate"; readonly customer: number; readonly key: number }
  | { readonly _tag: "remove"; readonly customer: number; readonly key: number }
  | { readonly _tag: "append"; readonly customer: number; readonly operation: Operation.Operation }

const keys = [
  { name: "deflection", version: 1 },
  { name: "deflection", version: 2 },
  { name: "journeys", version: 1 },
] as const

const aStep: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  {
    weight: 4,
    arbitrary: FastCheck.record({
      _tag: FastCheck.constant("save" as const),
      customer: FastCheck.nat({ max: 1 }),
      key: FastCheck.nat({ max: keys.length - 1 }),
      by: FastCheck.integer({ min: 1, max: 5 }),
      stale: FastCheck.oneof({ weight: 3, arbitrary: FastCheck.constant(false) }, FastCheck.constant(true)),
    }),
  },
  {
    weight: 2,
    arbitrary: FastCheck.record({
      _tag: FastCheck.constantFrom("activate" as const, "remove" as const),
      customer: FastCheck.nat({ max: 1 }),
      key: FastCheck.nat({ max: keys.length - 1 }),
    }),
  },
  {
    weight: 4,
    arbitrary: Operation.anOperation.map((operation) => ({
      _tag: "append" as const,
      customer: operation.customer,
      operation,
    })),
  },
)

/** The property of the model. */
export const projectionModel = ({
  capabilities,
}: ProjectionStoreFixture): ReadonlyArray<Property.Property<ProjectionStoreFixture>> =>
  onStores("model", inline, [
    {
      name: "any history of saves, switches, removals and appends leaves what the reference model has",
      program: Effect.suspend(() =>
        randomHistories(aStep, format, (steps) => history(steps, capabilities.inlineProjections)),
      ),
    },
  ])

const format = (step: Step): string =>
  step._tag === "append" ? Operation.format(step.operation) : `c${step.customer} ${step._tag} k${step.key}`

interface Compartment {
  readonly customer: CustomerId.CustomerId
  log: Model.Model
  readonly saved: Map<number, number>
  readonly active: Map<string, number>
}

const history = Effect.fnUntraced(function* (steps: ReadonlyArray<Step>, counts: boolean) {
  const compartments: ReadonlyArray<Compartment> = [yield* Scene.aCustomer, yield* Scene.aCustomer].map((customer) => ({
    customer,
    log: Model.empty,
    saved: new Map(),
    active: new Map(),
  }))
  const cast: Operation.Cast = {
    customers: compartments.map(({ customer }) => customer),
    streams: yield* Effect.all(Operation.kinds.map((kind) => Scene.aStream(kind))),
    commitIds: yield* Effect.all(Array.from({ length: Operation.commitIds }, () => Uuid.next)),
  }
  for (const step of steps) yield* live(step, compartments[step.customer]!, cast)
  for (const compartment of compartments) yield* compare(compartment, counts)
})

const live = Effect.fnUntraced(function* (step: Step, compartment: Compartment, cast: Operation.Cast) {
  const store = yield* ProjectionStore.ProjectionStore
  const { active, customer, log, saved } = compartment
  if (step._tag === "append") {
    const commit = Operation.commitOf(step.operation, cast, log)
    const [answer, next] = commit === undefined ? [undefined, log] : Model.append(log, commit)
    if (commit === undefined || answer?._tag === "Unspecified") return
    const tag = yield* Effect.match(
      EventStore.EventStore.use((store) => store.append(commit)),
      {
        onSuccess: () => "Committed",
        onFailure: (error) => error._tag,
      },
    )
    yield* Property.same("the outcome of the append", tag, answer?._tag ?? "")
    compartment.log = next
    return
  }
  const key = keys[step.key]!
  if (step._tag === "activate") {
    yield* store.activate(customer, key)
    active.set(key.name, key.version)
  } else if (step._tag === "remove") {
    yield* store.remove(customer, key)
    saved.delete(step.key)
  } else {
    const checkpoint = saved.get(step.key) ?? 0
    const next = { checkpoint: checkpoint + step.by, state: `state ${checkpoint + step.by}` }
    const tag = yield* Effect.match(store.save(customer, key, step.stale ? checkpoint + 1 : checkpoint, next), {
      onSuccess: () => "saved",
      onFailure: (error) => error._tag as string,
    })
    yield* Property.same("the outcome of the save", tag, step.stale ? "CheckpointMoved" : "saved")
    if (!step.stale) saved.set(step.key, next.checkpoint)
  }
})

const compare = Effect.fnUntraced(function* ({ active, customer, log, saved }: Compartment, counts: boolean) {
  const store = yield* ProjectionStore.ProjectionStore
  for (const [index, key] of keys.entries()) {
    const loaded = Option.getOrUndefined(yield* store.load(customer, key))
    const checkpoint = saved.get(index)
    const expected = checkpoint === undefined ? undefined : `state ${checkpoint}`
    yield* Property.same(`${key.name} ${key.version}`, [loaded?.checkpoint, loaded?.state], [checkpoint, expected])
    const version = Option.getOrUndefined(yield* store.activeVersion(customer, key.name))
    // Whether the active version stays active when it is removed is not for a store to decide, nor for this property.
    if (saved.has(keys.findIndex((other) => other.name === key.name && other.version === active.get(key.name)))) {
      yield* Property.same(`the active version of ${key.name}`, version, active.get(key.name))
    }
  }
  for (const projection of inline) {
    // A store that counts nothing has counted all of an empty log.
    if (!counts && log.log.length > 0) continue
    const expected = Model.counters(log, projection)
    const seen = yield* store.counters(customer, projection)
    yield* Property.same(`the counters of ${projection.name} ${projection.version}`, plain(seen), plain(expected))
  }
})

/** A counter that came back to 0 may be kept or not. */
const plain = (counters: ReadonlyMap<string, number>) =>
  Object.fromEntries([...counters].filter(([, n]) => n !== 0).toSorted(([one], [other]) => (one < other ? -1 : 1)))
