/**
 * One history of the library at work: every command with canaries in its inputs, values sealed, identifiers observed,
 * reports made, persons erased; and a look at everything that was written on the way.
 */
import {
  CommandInput,
  Customer,
  type Identifier,
  Interaction,
  Pseudonym,
  Recipient,
  RecognitionModel,
  RetentionPolicy,
  RightsRequest,
  Transfer,
} from "@tacet/core/domain"
import {
  CommandHandler,
  type CustomerId,
  EventStore,
  ExpectedVersion,
  Observability,
  Projection,
  ProjectionStore,
  type Refusal,
  Uuid,
} from "@tacet/core/eventsourcing"
import { LegalData } from "@tacet/core/policy"
import {
  type Identifiers,
  OpeningPolicy,
  PersonalDataCategory,
  type Sealed,
  type Subject,
  Vault,
} from "@tacet/core/privacy"
import { Customers, Erasure, Interactions, Pseudonyms, Recognition, Retention } from "@tacet/core/services"
import { Definition, Deflection } from "@tacet/core/statistics"
import { ArbitraryInteractions } from "@tacet/testing"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import * as fc from "fast-check"
import { dump, type Stores } from "./stores.ts"
import * as Verbs from "./verbs.ts"
import { aviary, chanceFrom, filled, type Filling, pick, seenIn, type Shape } from "./canaries.ts"

/** Changes that make the library leak on purpose. */
export interface Leaks {
  readonly vault?: (sound: Vault.Vault["Service"]) => Partial<Vault.Vault["Service"]>
}

/** A canary in a place where it must not be. */
export interface Leak {
  readonly place: string
  readonly shape: Shape
}

/** The finding of one history. */
export interface Finding {
  readonly canaries: number
  readonly places: ReadonlyArray<string>
  readonly found: ReadonlyArray<Leak>
  readonly foundAfterErasure: ReadonlyArray<Leak>
  /** How many commands were accepted: a history in which all are refused shows nothing. */
  readonly accepted: number
  /** How many values opened before the erasure, as they must. */
  readonly opened: number
}

const dawn = Date.UTC(2026, 0, 5, 9)
const day = 86_400_000

const aggregates = [
  ["customer", Customer.Command, Customer.aggregate],
  ["interaction", Interaction.Command, Interaction.aggregate],
  ["pseudonym", Pseudonym.Command, Pseudonym.aggregate],
  ["recipient", Recipient.Command, Recipient.aggregate],
  ["recognition model", RecognitionModel.Command, RecognitionModel.aggregate],
  ["retention policy", RetentionPolicy.Command, RetentionPolicy.aggregate],
  ["rights request", RightsRequest.Command, RightsRequest.aggregate],
  ["transfer", Transfer.Command, Transfer.aggregate],
] as const

type AnyAggregate = CommandHandler.Aggregate<unknown, unknown, { readonly _tag: string }, unknown>

/** Values under which some commands are accepted. */
const texts = [
  "invoice/explain",
  "welcome",
  "FR",
  "P12M",
  "2026-01-05",
  "GDPR 17(3)(b)",
  "dialonce/2021-02-17",
  "text 3",
]

const identifierOf = (kind: Identifiers.Identifier["kind"], make: (shape: Shape) => string) => {
  if (kind === "ipAddress") return { kind, text: make("ipv6") } as const
  return { kind: "telephoneNumber", text: make("telephone") } as const
}

/** Runs one history. */
export const runHistory = (seed: number, stores: Stores, leaks: Leaks = {}): Effect.Effect<Finding> => {
  const chance = chanceFrom(seed)
  const canaries = aviary(chance)
  const output: Record<"log lines" | "spans" | "errors" | "exports", Array<string>> = {
    "log lines": [],
    spans: [],
    errors: [],
    exports: [],
  }
  const uuid = (): Uuid.Uuid =>
    Uuid.fromBytes(
      Uint8Array.from({ length: 16 }, () => chance(256)),
      4,
    )
  const customer = uuid() as CustomerId.CustomerId
  const ids = [
    customer,
    ArbitraryInteractions.listedNumber,
    ArbitraryInteractions.listedEntryPoint,
    uuid(),
    uuid(),
    uuid(),
  ]

  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      const end = span.end.bind(span)
      return Object.assign(span, {
        end: (time: bigint, exit: Exit.Exit<unknown, unknown>) => {
          end(time, exit)
          const failure = Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""
          output.spans.push(dump([span.name, span.attributes, span.events, failure]))
        },
      })
    },
  })
  const logger = Logger.make((entry) => {
    output["log lines"].push(dump([entry.message, entry.cause]))
  })

  const vaultLayer = Layer.effect(
    Vault.Vault,
    Vault.Vault.use((vault) => Effect.sync(() => ({ ...vault, ...leaks.vault?.(vault) }))),
  ).pipe(Layer.provide(Vault.layer))
  const ports = stores.layer
  const services = Verbs.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(Customers.layer, Interactions.layer, Recognition.layer, Erasure.layer)),
    Layer.provideMerge(Pseudonyms.layer),
    Layer.provideMerge(vaultLayer),
    Layer.provideMerge(Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })),
    Layer.provideMerge(Layer.succeed(Customers.KnownPolicies, () => ArbitraryInteractions.policies)),
    Layer.provideMerge(Layer.provideMerge(Observability.layerSpans, ports)),
    Layer.provide(Retention.layerElsewhere),
  )

  const { declaredState, policies, policyAt } = ArbitraryInteractions
  const context = {
    policy: policyAt(DateTime.makeUnsafe(dawn)),
    policies,
    policyAt,
    role: "processor",
    recognitionInstructed: true,
    linkable: () => true,
    legal: LegalData.legalData,
    recipient: Recipient.decider.initial,
    consents: [],
    instructed: ["customerCare"],
    minimumFor: () => undefined,
    customer: declaredState,
    switchedOn: true,
  }

  const recognising: Customer.Command = {
    _tag: "SignContract",
    at: DateTime.makeUnsafe(dawn - day),
    contract: uuid() as Identifier.ContractId,
    clauses: context.policy?.parameters.agreementClauses ?? [],
    purposes: ["requestedService", "customerCare", Recognition.purpose],
    categories: [],
    ownServices: [],
    places: [],
    recognition: true,
  }

  const filling: Filling = {
    chance,
    ids,
    texts,
    canary: canaries.any,
    moment: () => dawn + chance(40 * day),
  }

  let accepted = 0
  const note = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, never, R> =>
    Effect.flatMap(Effect.exit(effect), (exit) => {
      if (Exit.isSuccess(exit)) return Effect.succeed(Option.some(exit.value))
      const failure = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
      output.errors.push(Cause.pretty(exit.cause), dump(failure ?? null), String(failure))
      return Effect.as(Effect.logError("refused", exit.cause), Option.none())
    })

  /** A command of any aggregate, with canaries in its texts; whatever is answered is kept. */
  const hostileCommand = Effect.gen(function* () {
    const [name, schema, aggregate] = pick(chance, aggregates)
    const member = pick<Schema.Top>(chance, schema.members)
    const input = filled(member, filling)
    if (name === "interaction" || name === "customer") {
      const read = name === "customer" ? CommandInput.readCustomerCommand : CommandInput.readInteractionCommand
      const answer: Result.Result<unknown, Refusal.Refusal> = read(input)
      if (Result.isFailure(answer)) yield* note(Effect.fail(answer.failure))
    }
    if (!Schema.is(Schema.toType<Schema.Top>(schema) as Schema.Schema<unknown>)(input)) return
    const handled = yield* note(
      CommandHandler.handleAll(aggregate as unknown as AnyAggregate, {
        customer,
        id: pick(chance, ids),
        commands: [input],
        context,
      }),
    )
    for (const outcome of Option.isSome(handled) ? handled.value.outcomes : []) {
      if (Result.isSuccess(outcome)) accepted += outcome.success.length
      else yield* note(Effect.fail(outcome.failure))
    }
  })

  /** The same kinds of command through the services, which look facts up and write to log and vault. */
  const hostileCall = Effect.gen(function* () {
    const customers = yield* Customers.Customers
    const recordings = yield* Interactions.Interactions
    const isCustomer = chance(3) === 0
    const schema = isCustomer ? Customer.Command : Interaction.Command
    const input = filled(pick<Schema.Top>(chance, schema.members), filling)
    if (isCustomer) {
      if (Schema.is(Schema.toType(Customer.Command))(input)) yield* note(customers.declare(customer, [input]))
      return
    }
    if (!Schema.is(Schema.toType(Interaction.Command))(input)) return
    const recording = { customer, interaction: pick(chance, ids), commands: [input] }
    const handled = yield* note(recordings.record(recording))
    for (const outcome of Option.isSome(handled) ? handled.value.outcomes : []) {
      if (Result.isSuccess(outcome)) accepted += outcome.success.length
      else yield* note(Effect.fail(outcome.failure))
    }
  })

  /** A person observed by the service, by identifiers and by other texts, one of whose details is rectified. */
  const anObservedPerson = Effect.gen(function* () {
    const pseudonyms = yield* Pseudonyms.Pseudonyms
    const issued = yield* note(pseudonyms.issue(customer, { at: dawn }))
    if (Option.isNone(issued)) return undefined
    const pseudonym = issued.value
    const whose = { customer, pseudonym }
    const values: Array<Sealed.Sealed<string>> = []
    const purposes = ["customerCare"] as const
    const kinds = ["ipAddress", "telephoneNumber"] as const
    const texts = [
      identifierOf(pick(chance, kinds), canaries.make),
      { kind: pick(chance, kinds), text: canaries.any() },
    ]
    for (const identifier of texts) {
      const seen = yield* note(pseudonyms.observe({ ...whose, identifier, purposes, validFrom: dawn, at: dawn }))
      if (Option.isSome(seen)) values.push(seen.value)
    }
    // What devices show is whatever they send.
    const recognition = yield* Recognition.Recognition
    const traits = () => ({
      software: canaries.any(),
      installation: canaries.make("word"),
      language: canaries.make("word"),
      network: canaries.make(pick(chance, ["ipv4", "ipv6"])),
    })
    const shown = yield* note(recognition.observe({ ...whose, traits: traits(), at: dawn }))
    if (Option.isSome(shown)) {
      accepted += 1
      values.push(shown.value)
    }
    const endless = { ...traits(), software: canaries.any().repeat(600) }
    yield* note(recognition.observe({ ...whose, traits: endless, at: dawn }))
    const actor = { id: uuid(), roles: ["support"] }
    yield* note(recognition.recognise({ customer, actor, traits: traits(), services: [canaries.any()] }))
    yield* note(recognition.recognise({ customer, actor, traits: endless, services: [] }))
    yield* note(recognition.fit(customer, actor))
    const [first] = values
    if (first !== undefined) {
      const right = yield* note(pseudonyms.rectify(whose, first, canaries.any()))
      if (Option.isSome(right)) values.push(right.value)
      yield* note(pseudonyms.rectify(whose, { reference: uuid(), category: first.category }, canaries.any()))
    }
    const at = DateTime.makeUnsafe(dawn + day)
    const text = canaries.any()
    yield* note(pseudonyms.declare(whose, { _tag: "GiveConsent", at, purpose: "customerCare", manner: "form", text }))
    return { subject: pseudonym as Uuid.Uuid as Subject.SubjectId, values }
  })

  /** A history as the domain would record it, so that projections and reports have data. */
  const recorded = Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    const [history] = fc.sample(ArbitraryInteractions.anInteraction({ days: 1 }), { numRuns: 1, seed: chance(2 ** 31) })
    if (history === undefined || history.events.length === 0) return undefined
    const append = store.append({
      customer,
      commitId: uuid(),
      writes: [
        {
          stream: Interaction.streamOf(history.id),
          expected: ExpectedVersion.any,
          events: history.events.map(Interaction.codec.encode),
        },
      ],
    })
    if (Option.isSome(yield* note(append))) accepted += history.events.length
    return history.id
  })

  /** A person: values of several categories, an identifier, a link, the events of the pseudonym's stream. */
  const aPerson = Effect.gen(function* () {
    const vault = yield* Vault.Vault
    const subject = uuid() as Subject.SubjectId
    const values: Array<Sealed.Sealed<string>> = []
    for (let turn = 0; turn < 1 + chance(3); turn++) {
      const sealed = yield* vault.seal({
        customer,
        subject,
        category: pick(chance, PersonalDataCategory.PersonalDataCategory.literals),
        value: canaries.make(pick(chance, ["word", "email", "telephone", "ipv4", "ipv6", "coordinates", "url"])),
        purposes: ["customerCare"],
        collectedAt: dawn,
        retentionEnd: undefined,
      })
      values.push(sealed)
    }
    const kind = pick(chance, ["ipAddress", "telephoneNumber"] as const)
    const identifier = identifierOf(kind, canaries.make)
    const observation = { customer, subject, identifier, validFrom: dawn, validTo: undefined, retentionEnd: undefined }
    yield* note(vault.observe(observation))
    const interaction = yield* recorded
    if (interaction !== undefined) yield* note(vault.link(customer, subject, interaction, undefined))
    const at = DateTime.makeUnsafe(dawn + chance(day))
    const commands = [
      { _tag: "IssuePseudonym", at, policyVersion: "dialonce/2021-02-17" },
      ...values.map((value) => ({ _tag: "ObserveIdentifier", at, kind: value.category, validFrom: at, value })),
    ]
    const handled = yield* note(
      CommandHandler.handleAll(Pseudonym.aggregate as unknown as AnyAggregate, {
        customer,
        id: subject,
        commands,
        context,
      }),
    )
    for (const outcome of Option.isSome(handled) ? handled.value.outcomes : []) {
      if (Result.isSuccess(outcome)) accepted += outcome.success.length
    }
    const access = {
      purpose: "rightsFulfilment",
      actor: { id: uuid(), roles: ["support"] },
      reason: "personRequest",
    } as const
    yield* note(vault.locate({ customer, identifier, from: dawn, to: dawn + day, ...access }))
    const wrong = { ...identifier, text: canaries.make("email") }
    yield* note(vault.locate({ customer, identifier: wrong, from: dawn, to: dawn + day, ...access }))
    return { subject, values }
  })

  type Person = Effect.Success<typeof aPerson>

  const openAll = (people: ReadonlyArray<Person>) =>
    Effect.gen(function* () {
      const vault = yield* Vault.Vault
      const answers: Array<Vault.Opened> = []
      for (const { values } of people) {
        for (const sealed of values) {
          const actor = { id: customer, roles: ["support"] }
          const request = { customer, sealed, purpose: "customerCare", actor, reason: "customerSupport" } as const
          const answer = yield* note(vault.open(request))
          if (Option.isSome(answer)) answers.push(answer.value)
        }
      }
      return answers
    })

  const definition = Definition.make({ timeZone: "Europe/Paris" })
  const projection = Deflection.projection(definition)

  /** Everything that is written anywhere, by place. */
  const written = Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    const projections = yield* ProjectionStore.ProjectionStore
    const { state } = yield* Projection.catchUp(projection, customer)
    const log = yield* store.readLog(customer, { limit: 100_000 })
    return {
      log: dump(log),
      ...stores.kept(),
      checkpoints: dump(yield* projections.load(customer, projection)),
      counters: dump(yield* Effect.exit(projections.counters(customer, projection))),
      projections: projection.encode(state),
      reports: dump(Deflection.report(state, { customer, declared: [] })),
      metrics: yield* Metric.dump,
      "log lines": output["log lines"].join("\n"),
      spans: output.spans.join("\n"),
      errors: output.errors.join("\n"),
      exports: output.exports.join("\n"),
    }
  })

  const search = (places: Readonly<Record<string, string>>): ReadonlyArray<Leak> =>
    Object.entries(places).flatMap(([place, text]) => seenIn(text, canaries.all).map(({ shape }) => ({ place, shape })))

  const program = Effect.gen(function* () {
    const people: Array<Person> = []
    const customers = yield* Customers.Customers
    yield* customers.declare(customer, ArbitraryInteractions.declarations)
    yield* customers.declare(customer, [recognising])
    for (let turn = 0; turn < 90; turn++) {
      const which = chance(12)
      if (which === 0) people.push(yield* aPerson)
      else if (which === 1) {
        const observed = yield* anObservedPerson
        if (observed !== undefined) people.push(observed)
      } else if (which < 6) yield* hostileCall
      else yield* hostileCommand
      const values = people.flatMap((person) => person.values)
      yield* note(Verbs.call({ filling, canaries, compartment: customer, values }))
    }
    people.push(yield* aPerson)
    const opened = (yield* openAll(people)).filter(({ _tag }) => _tag === "Open").length
    const before = yield* written
    const found = search(before)
    const restore = stores.backup?.()
    const erasure = yield* Erasure.Erasure
    for (const { subject } of people) yield* note(erasure.erase({ customer, subject, cause: "request" }))
    const tellTale = (answers: ReadonlyArray<Vault.Opened>) => {
      for (const answer of answers) output.exports.push(dump(answer))
    }
    tellTale(yield* openAll(people))
    const after = yield* written
    restore?.()
    if (restore !== undefined) tellTale(yield* openAll(people))
    const rows = stores.kept()["vault rows"]
    const restored = {
      ...(rows === undefined ? {} : { "restored vault": rows }),
      "exports of the restored vault": output.exports.join("\n"),
    }
    const backup = { "backup of the log": before.log, "backup of the projections": before.projections }
    const foundAfterErasure = search({ ...after, ...restored, ...backup })
    return {
      canaries: canaries.all.length,
      places: [...Object.keys(after), ...Object.keys(restored), ...Object.keys(backup)],
      found,
      foundAfterErasure,
      accepted,
      opened,
    }
  })

  const still = Effect.map(Clock.Clock, (clock): Clock.Clock =>
    Object.assign(Object.create(clock) as Clock.Clock, {
      currentTimeMillis: Effect.succeed(dawn + 30 * day),
      currentTimeMillisUnsafe: () => dawn + 30 * day,
    }),
  )
  return Effect.flatMap(still, (clock) =>
    program.pipe(
      Effect.provide(Layer.mergeAll(services, Logger.layer([logger])), { local: true }),
      Effect.provideService(Tracer.Tracer, tracer),
      Effect.provideService(Metric.MetricRegistry, new Map()),
      Effect.provideService(Clock.Clock, clock),
      Effect.orDie,
    ),
  )
}
