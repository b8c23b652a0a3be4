/**
 * Recognises a device as one already known to the same Customer, and says in which order it is offered services: first
 * the one used most (RECOG-PROB, MOSTUSED). Off unless both allow it: the policy in force, and the Customer by its contract.
 *
 * - What a device showed stands in the vault alone, sealed under its pseudonym: an event for it would tie the pseudonym to
 *   the moment of an interaction.
 * - What is recognised goes nowhere but into the order of services, the link in the vault and the pseudonym's own stream.
 *   No statistic reads any of these.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { startOfDay } from "../calendar/UtcDay.ts"
import * as Contract from "../domain/Contract.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import * as RecognitionModel from "../domain/RecognitionModel.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis, Position } from "../eventsourcing/EventEnvelope.ts"
import { EventStore, logChunks, streamEvents } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import type { Actor } from "../privacy/AccessLog.ts"
import { bytesOf, hexadecimalOf } from "../privacy/Encryption.ts"
import { KeyStore } from "../privacy/KeyStore.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { type OpenError, type SealError, Vault } from "../privacy/Vault.ts"
import type { PeriodClosed, SubjectErased } from "../privacy/VaultError.ts"
import { type Field, fields } from "../recognition/Comparison.ts"
import * as Fit from "../recognition/Fit.ts"
import * as Model from "../recognition/Model.ts"
import * as Observation from "../recognition/Observation.ts"
import * as Recognise from "../recognition/Recognise.ts"
import * as Facts from "./internal/Facts.ts"
import { Pseudonyms } from "./Pseudonyms.ts"

/** What recognition is for: the one purpose for which attributes of devices are kept and opened here. */
export const purpose = "interfacePersonalisation"

/** A device that shows itself. */
export interface Seen {
  readonly customer: CustomerId
  readonly pseudonym: Pseudonym.PseudonymId
  readonly traits: Observation.Traits
  /** Default: now. */
  readonly at?: EpochMillis
}

/** A device to be recognised. */
export interface ToRecognise {
  readonly customer: CustomerId
  /** Who looks, for the records of access. */
  readonly actor: Actor
  readonly traits: Observation.Traits
  /** The services in the order in which a stranger is offered them: ids of scenarios or steps. */
  readonly services: ReadonlyArray<string>
  /** The interaction that is the device's own from now on, if it is recognised (RECOG-ATTACH). */
  readonly interaction?: Uuid
}

/** A device that was recognised. */
export interface Recognised {
  readonly pseudonym: Pseudonym.PseudonymId
  readonly probability: number
  /** The version of the model. */
  readonly version: number
  readonly at: EpochMillis
}

/** The answer. */
export interface Offer {
  /** `undefined`: a stranger, as far as can be told. */
  readonly recognised: Recognised | undefined
  readonly services: ReadonlyArray<string>
}

/** A model would say something of single persons: too few of them were seen twice. */
export class TooFewPseudonyms extends Schema.TaggedError<TooFewPseudonyms>()("TooFewPseudonyms", {
  customer: CustomerId,
  needed: Schema.Int,
}) {
  override get message(): string {
    return `A model takes ${this.needed} pseudonyms or more of which two observations can be read.`
  }
}

/** What every operation can fail with. */
export type RecognitionError = Facts.DecisionError | OpenError | SealError | PeriodClosed | SubjectErased

/** Bounds of what is read. */
export const Limits: Context.Reference<{
  /** With more known devices nobody is recognised by likeness: one opening of a value each is too much to wait for. */
  readonly devices: number
  /** How many observations of one device are read: any of them, for their references are random. */
  readonly observations: number
}> = Context.Reference("@tacet/core/services/Recognition/Limits", {
  defaultValue: () => ({ devices: 2000, observations: 20 }),
})

/** The service. */
export class Recognition extends Context.Service<
  Recognition,
  {
    /** Keeps what a device showed, sealed under its pseudonym, to recognise it by. */
    readonly observe: (seen: Seen) => Effect.Effect<Sealed<string>, RecognitionError>
    /** Fits a new version of the Customer's model from its own pseudonyms, and answers its number. */
    readonly fit: (customer: CustomerId, actor: Actor) => Effect.Effect<number, TooFewPseudonyms | RecognitionError>
    /** Recognises a device, and orders the services for it. Writes nothing to the log: see `note`. */
    readonly recognise: (device: ToRecognise) => Effect.Effect<Offer, RecognitionError>
    /**
     * Notes recognitions in the log (`DeviceRecognised`), by day and in the order of pseudonyms. Call it when a day is over,
     * with all of it: at once, place and time in the log would tie each to the interaction in which it was made. What was
     * noted before is not noted again.
     */
    readonly note: (
      customer: CustomerId,
      recognitions: ReadonlyArray<Recognised>,
    ) => Effect.Effect<void, RecognitionError>
  }
>()("@tacet/core/services/Recognition") {}

/** An observation as it is sealed. */
const Kept = Schema.fromJsonString(Schema.Struct({ at: Schema.Int, traits: Observation.Traits }))
type Kept = typeof Kept.Type
const readKept = Schema.decodeUnknownOption(Kept)
const writeKept = Schema.encodeSync(Kept)
const readTraits = Schema.decodeUnknownOption(Observation.Traits)

/** Attributes as they may be kept. What is refused is not repeated: it may be anything. */
const checked = (traits: Observation.Traits, command: string): Effect.Effect<Observation.Traits, Refusal> => {
  const accepted = "attributes of 1 to 512 characters each"
  const refused = () => new Refusal({ rule: "TACET-FORMAT", command, field: "traits", accepted })
  return Effect.mapError(Effect.fromOption(readTraits(traits)), refused)
}

interface Device {
  readonly pseudonym: Pseudonym.PseudonymId
  readonly observations: ReadonlyArray<Kept>
}

/** The pseudonyms of a Customer, read from the log up to a position. */
interface Roster {
  through: Position
  readonly pseudonyms: Map<Pseudonym.PseudonymId, Pseudonym.State>
}

/** The key under which tokens of attributes are made: named so that no period of locators is. */
const tokenKey = "recognition"

/** The service over the vault, its keys and the event store in force. */
export const layer: Layer.Layer<Recognition, never, Pseudonyms | Vault | KeyStore | EventStore> = Layer.effect(
  Recognition,
  Effect.gen(function* () {
    const pseudonyms = yield* Pseudonyms
    const vault = yield* Vault
    const keyStore = yield* KeyStore
    const inLog = Effect.provideService(EventStore, yield* EventStore)
    const rosters = new Map<CustomerId, Roster>()
    const turns = yield* Semaphore.make(1)

    /** Refused unless the policy allows recognition, the Customer's contract instructs it, and its purpose too. */
    const allowed = Effect.fnUntraced(function* (customer: CustomerId, command: string, at: DateTime.Utc) {
      const facts = yield* inLog(Facts.load(customer))
      const policy = yield* Facts.bound(facts, command, at)
      const contract = Contract.termsAt(facts.state, policy, at)
      if (policy.parameters.recognition === "off" || contract?.recognition !== true) {
        const accepted = "a policy that allows recognition, and a contract in force that instructs it"
        return yield* new Refusal({ rule: "RECOG-ATTACH", command, accepted })
      }
      const use = Purpose.check(policy, { role: "processor", purpose, instructed: contract.purposes })
      if (use._tag === "allow") return { facts, policy }
      const accepted = use._tag === "gap" ? use.missing : use.accepted
      return yield* new Refusal({ rule: use.rule, command, field: "purpose", accepted })
    })

    /** The pseudonyms that may be recognised: not erased, not restricted, and without an objection. */
    const recognisable = (customer: CustomerId) =>
      turns.withPermits(1)(
        Effect.gen(function* () {
          const known: Roster = rosters.get(customer) ?? { through: 0, pseudonyms: new Map() }
          const range = { after: known.through, filter: { streamKinds: [Pseudonym.streamKind] } }
          yield* inLog(
            Stream.runForEach(logChunks(customer, range), ({ events, through }) =>
              Effect.map(
                Effect.forEach(events, (recorded) => Effect.fromResult(Pseudonym.codec.decode(recorded))),
                (decoded) => {
                  decoded.forEach((event, index) => {
                    const id = events[index]?.stream.id as Pseudonym.PseudonymId
                    const before = known.pseudonyms.get(id) ?? Pseudonym.initial
                    known.pseudonyms.set(id, Pseudonym.decider.evolve(before, event))
                  })
                  known.through = through
                },
              ),
            ),
          )
          rosters.set(customer, known)
          return Array.from(known.pseudonyms).flatMap(([id, state]) => (Pseudonym.permits(state, purpose) ? [id] : []))
        }),
      )

    /** What can be read of a device: what is erased, expired or restricted is left out, and what is no observation. */
    const observed = Effect.fnUntraced(function* (
      customer: CustomerId,
      pseudonym: Pseudonym.PseudonymId,
      actor: Actor,
      limit: number,
    ) {
      const observations: Array<Kept> = []
      const values = yield* vault.valuesOf(customer, subjectOf(pseudonym), { limit: limit * 5 })
      const environments = values.filter(({ category }) => category === "terminalEnvironment")
      for (const sealed of environments.slice(0, limit)) {
        const opened = yield* (
          vault
            .open({ customer, sealed, purpose, actor, reason: "recognition" })
            // Destroyed since it was listed.
            .pipe(Effect.catchTag("UnknownReference", () => Effect.succeed(undefined)))
        )
        if (opened?._tag !== "Open") continue
        const kept = readKept(opened.value)
        if (Option.isSome(kept)) observations.push(kept.value)
      }
      const device: Device = { pseudonym, observations }
      return device
    })

    const devicesOf = Effect.fnUntraced(function* (
      customer: CustomerId,
      actor: Actor,
      some: ReadonlyArray<Pseudonym.PseudonymId>,
    ) {
      const { observations } = yield* Limits
      const devices = yield* Effect.forEach(some, (pseudonym) => observed(customer, pseudonym, actor, observations))
      return devices.filter((device) => device.observations.length > 0)
    })

    const tokenOf = (customer: CustomerId, field: Field, value: string) =>
      Effect.map(keyStore.token(customer, tokenKey, bytesOf(`tacet-recognition-1|${field}|${value}`)), hexadecimalOf)

    const observe: Recognition["Service"]["observe"] = Effect.fn("Recognition.observe")(function* (seen) {
      const { customer, pseudonym } = seen
      const at = seen.at ?? (yield* Clock.currentTimeMillis)
      const { policy } = yield* allowed(customer, "ObserveDevice", DateTime.makeUnsafe(at))
      if (!policy.parameters.categories.processor.includes("terminalEnvironment")) {
        const accepted = "a policy that lists the environment of the terminal"
        return yield* new Refusal({ rule: "CATEGORIES", command: "ObserveDevice", accepted })
      }
      const traits = yield* checked(seen.traits, "ObserveDevice")
      return yield* pseudonyms.keep({
        customer,
        pseudonym,
        category: "terminalEnvironment",
        value: writeKept({ at, traits }),
        purposes: [purpose],
        collectedAt: at,
      })
    })

    const fit: Recognition["Service"]["fit"] = Effect.fn("Recognition.fit")(function* (customer, actor) {
      const at = DateTime.makeUnsafe(yield* Clock.currentTimeMillis)
      const { facts, policy } = yield* allowed(customer, "FitRecognition", at)
      const devices = yield* devicesOf(customer, actor, yield* recognisable(customer))
      const fitted = Observation.within(customer, (compartment) => Fit.fit(devices.map(inside(compartment))))
      if (fitted === undefined) {
        return yield* new TooFewPseudonyms({ customer, needed: Fit.defaults.minimumPseudonyms })
      }
      const tokens = yield* Effect.forEach(fitted.fields, ({ field, holders, ...rest }) =>
        Effect.map(
          Effect.forEach(holders, ({ pseudonyms: count, value }) =>
            Effect.map(tokenOf(customer, field, value), (token) => ({ value: token, pseudonyms: count })),
          ),
          (named) => ({ field, ...rest, holders: named }),
        ),
      )
      const { state } = yield* inLog(
        Facts.handle(RecognitionModel.aggregate, facts, {
          customer,
          id: customer,
          command: { _tag: "FitRecognition", at, parameters: { ...fitted, fields: tokens } },
          context: { policy, recognitionInstructed: true },
        }),
      )
      return state.versions.at(-1)?.version ?? 0
    })

    /** How often a device has used each service before: in how many interactions that count. */
    const usedBy = Effect.fnUntraced(function* (
      customer: CustomerId,
      pseudonym: Pseudonym.PseudonymId,
      present: Uuid | undefined,
    ) {
      const used = new Map<string, number>()
      for (const interaction of yield* vault.interactionsOf(customer, subjectOf(pseudonym))) {
        if (interaction === present) continue
        const services = new Set<string>()
        let counts = true
        yield* inLog(
          Stream.runForEach(streamEvents(customer, { kind: Interaction.streamKind, id: interaction }), (recorded) =>
            Effect.map(Effect.fromResult(Interaction.codec.decode(recorded)), (event) => {
              if (event._tag === "StepTaken") services.add(event.step)
              else if (event._tag === "InteractionStarted" && event.scenario !== undefined) services.add(event.scenario)
              else if (event._tag === "InteractionExcluded") counts = false
            }),
          ),
        )
        if (counts) for (const service of services) used.set(service, (used.get(service) ?? 0) + 1)
      }
      return used
    })

    const recognise: Recognition["Service"]["recognise"] = Effect.fn("Recognition.recognise")(function* (device) {
      const { actor, customer, interaction, services } = device
      const at = yield* Clock.currentTimeMillis
      const moment = DateTime.makeUnsafe(at)
      yield* allowed(customer, "RecogniseDevice", moment)
      const traits = yield* checked(device.traits, "RecogniseDevice")
      const stranger: Offer = { recognised: undefined, services }
      const models = yield* inLog(CommandHandler.load(RecognitionModel.aggregate, customer, customer))
      const version = RecognitionModel.at(models.state, moment)
      if (version === undefined) return stranger
      const known = yield* recognisable(customer)
      if (known.length > (yield* Limits).devices) return stranger
      const devices = yield* devicesOf(customer, actor, known)
      const tokens = new Map<Field, string>()
      for (const field of fields) {
        const value = traits[field]
        if (value !== undefined) tokens.set(field, yield* tokenOf(customer, field, value))
      }
      const answer = Observation.within(customer, (compartment) => {
        const model = Model.make(compartment, version.parameters, (field) => tokens.get(field))
        const now = compartment.observation(at, traits)
        return Recognise.decide(Recognise.candidates(model, now, devices.map(inside(compartment))))
      })
      if (answer._tag === "NotRecognised") return stranger
      const pseudonym = answer.pseudonym as Pseudonym.PseudonymId
      const used = yield* usedBy(customer, pseudonym, interaction)
      if (interaction !== undefined) yield* pseudonyms.link({ customer, pseudonym }, interaction, { at })
      return {
        recognised: { pseudonym, probability: answer.probability, version: version.version, at },
        services: Pseudonym.servicesInOrder(services, used, true),
      }
    })

    const note: Recognition["Service"]["note"] = Effect.fn("Recognition.note")(function* (customer, recognitions) {
      const inOrder = recognitions.toSorted(
        (one, other) => compared(one.pseudonym, other.pseudonym) || one.probability - other.probability,
      )
      for (const { at, probability, pseudonym, version } of inOrder) {
        const whose = { customer, pseudonym }
        const { issuedAt, phase } = yield* pseudonyms.stateOf(whose)
        // Erased meanwhile: then nothing attaches, and nothing has to.
        if (phase === "erased") continue
        const command = {
          _tag: "RecogniseDevice",
          at: DateTime.makeUnsafe(Math.max(startOfDay(at), issuedAt)),
          probability,
          threshold: Recognise.threshold,
          model: RecognitionModel.referenceOf(version),
        } as const
        if (yield* isNoted(whose, command)) continue
        yield* pseudonyms.declare(whose, command)
      }
    })

    const isNoted = (
      { customer, pseudonym }: { readonly customer: CustomerId; readonly pseudonym: Pseudonym.PseudonymId },
      command: Extract<Pseudonym.Command, { readonly _tag: "RecogniseDevice" }>,
    ) =>
      inLog(
        Stream.runFold(
          streamEvents(customer, Pseudonym.streamOf(pseudonym)),
          () => false,
          (found, { data, occurredAt, type }) => {
            const { at, model, probability, threshold } = command
            const { data: wanted } = Pseudonym.codec.encode({
              _tag: "DeviceRecognised",
              occurredAt: at,
              probability,
              threshold,
              model,
            })
            return (
              found || (type === "DeviceRecognised" && occurredAt === DateTime.toEpochMillis(at) && data === wanted)
            )
          },
        ),
      )

    return Recognition.of({ observe, fit, recognise, note })
  }),
)

const inside =
  <C>({ observation }: Observation.Compartment<C>) =>
  ({ observations, pseudonym }: Device): Fit.Known<C> => ({
    pseudonym,
    observations: observations.map(({ at, traits }) => observation(at, traits)),
  })

const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** All that is kept of somebody stands under the pseudonym. */
const subjectOf = (pseudonym: Pseudonym.PseudonymId): SubjectId => pseudonym as string as SubjectId
