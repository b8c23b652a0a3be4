/**
 * Recognises a device as one already known to the same Customer, and orders the services that it is offered: first the
 * one used most (RECOG-PROB, MOSTUSED). Off unless both allow it: the policy in force, and the Customer by its
 * contract.
 *
 * - A device's attributes are kept in the vault alone, sealed under its pseudonym: an event for them would tie the
 *   pseudonym to the moment of an interaction.
 * - A recognition serves the order of services, the link in the vault and the pseudonym's own stream. No statistic reads
 *   any of these.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Contract from "../domain/Contract.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import * as RecognitionModel from "../domain/RecognitionModel.ts"
import { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { Actor } from "../privacy/AccessLog.ts"
import { bytesOf, hexadecimalOf } from "../privacy/Encryption.ts"
import { KeyStore } from "../privacy/KeyStore.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { type OpenError, type SealError, Vault } from "../privacy/Vault.ts"
import type { PeriodClosed, SubjectErased } from "../privacy/VaultError.ts"
import { type Field, fields } from "../recognition/Comparison.ts"
import * as Fit from "../recognition/Fit.ts"
import * as Model from "../recognition/Model.ts"
import * as Observation from "../recognition/Observation.ts"
import * as Recognise from "../recognition/Recognise.ts"
import * as Declarations from "./internal/Declarations.ts"
import { momentOrNow } from "./internal/Moments.ts"
import * as Decisions from "./internal/Decisions.ts"
import * as Rosters from "./internal/Rosters.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { checked, inside, Limits, readAll, writeKept } from "./recognition/devices.ts"
import { note, type Recognised } from "./recognition/noting.ts"
import { permitted, purpose } from "./recognition/permission.ts"
import { usedServices } from "./recognition/usedServices.ts"

export { Limits, purpose, type Recognised }

/** An observation of a device. */
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
  /** The reader, for the records of access. */
  readonly actor: Actor
  readonly traits: Observation.Traits
  /** The services in the default order, which an unknown device is offered: ids of scenarios or steps. */
  readonly services: ReadonlyArray<string>
  /** The interaction that is the device's own from now on, if it is recognised (RECOG-ATTACH). */
  readonly interaction?: Uuid
}

/** The answer. */
export interface Offer {
  /** `undefined`: unknown, as far as the model can decide. */
  readonly recognised: Recognised | undefined
  readonly services: ReadonlyArray<string>
}

/** A model would reveal single persons: too few of them were seen twice. */
export class TooFewPseudonyms extends Schema.TaggedError<TooFewPseudonyms>()("TooFewPseudonyms", {
  customer: CustomerId,
  needed: Schema.Int,
}) {
  override get message(): string {
    return `A model takes ${this.needed} pseudonyms or more of which two observations can be read.`
  }
}

/** The errors of every operation. */
export type RecognitionError = Decisions.DecisionError | OpenError | SealError | PeriodClosed | SubjectErased

/** The service. */
export class Recognition extends Context.Service<
  Recognition,
  {
    /** Seals the attributes of a device under its pseudonym, to recognise it by. */
    readonly observe: (seen: Seen) => Effect.Effect<Sealed<string>, RecognitionError>
    /** Fits a new version of the Customer's model from its own pseudonyms, and returns its number. */
    readonly fit: (customer: CustomerId, actor: Actor) => Effect.Effect<number, TooFewPseudonyms | RecognitionError>
    /** Recognises a device, and orders the services for it. Writes nothing to the log: see `note`. */
    readonly recognise: (device: ToRecognise) => Effect.Effect<Offer, RecognitionError>
    /**
     * Notes recognitions in the log (`DeviceRecognised`), by day and in the order of pseudonyms. Call it when a day is
     * over, with all of it: at once, place and time in the log would tie each to the interaction in which it was made.
     * A recognition that was noted before is not noted again.
     */
    readonly note: (
      customer: CustomerId,
      recognitions: ReadonlyArray<Recognised>,
    ) => Effect.Effect<void, RecognitionError>
  }
>()("@tacet/core/services/Recognition") {}

/** The key under which tokens of attributes are made: no period of locators has such a name. */
const tokenKey = "recognition"

/** The ports of recognition. */
interface Ports {
  readonly pseudonyms: Pseudonyms["Service"]
  readonly vault: Vault["Service"]
  readonly keyStore: KeyStore["Service"]
  readonly store: EventStore["Service"]
  readonly decisions: Decisions.Decisions
  readonly recognisable: Effect.Success<ReturnType<typeof Rosters.over>>["permitted"]
}

/** The service over the vault, its keys and the event store in force. */
export const layer: Layer.Layer<Recognition, never, Pseudonyms | Vault | KeyStore | EventStore> = Layer.effect(
  Recognition,
  Effect.gen(function* () {
    const store = yield* EventStore
    const ports: Ports = {
      pseudonyms: yield* Pseudonyms,
      vault: yield* Vault,
      keyStore: yield* KeyStore,
      store,
      decisions: yield* Decisions.make,
      recognisable: (yield* Rosters.over(store, purpose)).permitted,
    }
    return Recognition.of({
      observe: observe(ports),
      fit: fit(ports),
      recognise: recognise(ports),
      note: note(store, ports.pseudonyms),
    })
  }),
)

const tokenOf = ({ keyStore }: Ports, customer: CustomerId, field: Field, value: string) =>
  Effect.map(keyStore.token(customer, tokenKey, bytesOf(`tacet-recognition-1|${field}|${value}`)), hexadecimalOf)

const observe = ({ decisions, pseudonyms }: Ports) =>
  Effect.fn("Recognition.observe")(function* (seen: Seen) {
    const { customer, pseudonym } = seen
    const moment = yield* momentOrNow("ObserveDevice", seen.at)
    const at = DateTime.toEpochMillis(moment)
    const policy = yield* permitted(decisions, customer, "ObserveDevice", moment)
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

const fit = (ports: Ports) =>
  Effect.fn("Recognition.fit")(function* (customer: CustomerId, actor: Actor) {
    const { decisions, recognisable, vault } = ports
    const at = DateTime.makeUnsafe(yield* Clock.currentTimeMillis)
    yield* permitted(decisions, customer, "FitRecognition", at)
    const devices = yield* readAll(vault, customer, actor, yield* recognisable(customer))
    const fitted = Observation.within(customer, (compartment) => Fit.fit(devices.map(inside(compartment))))
    if (fitted === undefined) {
      return yield* new TooFewPseudonyms({ customer, needed: Fit.defaults.minimumPseudonyms })
    }
    const tokens = yield* Effect.forEach(fitted.fields, ({ field, holders, ...rest }) =>
      Effect.map(
        Effect.forEach(holders, ({ pseudonyms: count, value }) =>
          Effect.map(tokenOf(ports, customer, field, value), (token) => ({ value: token, pseudonyms: count })),
        ),
        (named) => ({ field, ...rest, holders: named }),
      ),
    )
    const parameters = { ...fitted, fields: tokens }
    const { state } = yield* decisions.decide(RecognitionModel.aggregate, { customer, id: customer }, (declared) =>
      Effect.map(Declarations.bound(declared, "FitRecognition", at), (policy) => {
        const recognitionInstructed = Contract.termsAt(declared.state, policy, at)?.recognition === true
        return {
          command: { _tag: "FitRecognition" as const, at, parameters },
          context: { policy, recognitionInstructed },
        }
      }),
    )
    return state.versions.at(-1)?.version ?? 0
  })

const recognise = (ports: Ports) =>
  Effect.fn("Recognition.recognise")(function* (device: ToRecognise) {
    const { decisions, pseudonyms, recognisable, vault } = ports
    const { actor, customer, interaction, services } = device
    const at = yield* Clock.currentTimeMillis
    const moment = DateTime.makeUnsafe(at)
    yield* permitted(decisions, customer, "RecogniseDevice", moment)
    const traits = yield* checked(device.traits, "RecogniseDevice")
    const stranger: Offer = { recognised: undefined, services }
    const models = yield* decisions.load(RecognitionModel.aggregate, customer, customer)
    const version = RecognitionModel.at(models.state, moment)
    if (version === undefined) return stranger
    const known = yield* recognisable(customer)
    if (known.length > (yield* Limits).devices) return stranger
    const devices = yield* readAll(vault, customer, actor, known)
    const tokens = new Map<Field, string>()
    for (const field of fields) {
      const value = traits[field]
      if (value !== undefined) tokens.set(field, yield* tokenOf(ports, customer, field, value))
    }
    const answer = Observation.within(customer, (compartment) => {
      const model = Model.make(compartment, version.parameters, (field) => tokens.get(field))
      const now = compartment.observation(at, traits)
      return Recognise.decide(Recognise.candidates(model, now, devices.map(inside(compartment))))
    })
    if (answer._tag === "NotRecognised") return stranger
    const pseudonym = answer.pseudonym as Pseudonym.PseudonymId
    const used = yield* usedServices(ports, customer, pseudonym, interaction)
    if (interaction !== undefined) yield* pseudonyms.link({ customer, pseudonym }, interaction, { at })
    const offer: Offer = {
      recognised: { pseudonym, probability: answer.probability, version: version.version, at },
      services: Pseudonym.servicesInOrder(services, used, true),
    }
    return offer
  })
