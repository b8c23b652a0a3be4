/**
 * Disclosures of personal data to a recipient: requested and judged by every rule (GROUNDS, CUST-ONLY, D-CONSENT,
 * REMOTE and others), executed with the values that the request names and no others, and followed by the notices that
 * the law demands (GDPR 19). Disclosed values are opened here alone, and recorded before they are handed over.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Contract from "../domain/Contract.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import * as Recipient from "../domain/Recipient.ts"
import * as Transfer from "../domain/Transfer.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type * as Uuid from "../eventsourcing/Uuid.ts"
import * as Classification from "../policy/checks/Classification.ts"
import * as LegalData from "../policy/legal/LegalData.ts"
import type { Access } from "../privacy/AccessLog.ts"
import { bytesOf, Encryption, hexadecimalOf } from "../privacy/Encryption.ts"
import { KeyStore } from "../privacy/KeyStore.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { Source } from "../privacy/Source.ts"
import type { SubjectErased, SubjectRestricted, VaultUnavailable } from "../privacy/VaultError.ts"
import { type OpenError, Vault } from "../privacy/Vault.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import { allKept, stateOf, subjectOf } from "./pseudonyms/recording.ts"
import * as Labelling from "./transfers/Labelling.ts"

/** The errors of every operation besides refusals: the log or the vault is unavailable or damaged. */
export type TransfersError = Decisions.DecisionError | VaultUnavailable

/** A disclosure, by the id that its caller has drawn. */
export interface TransferRef {
  readonly customer: CustomerId
  readonly transfer: Transfer.TransferId
}

/** The moment of an operation on a disclosure. */
interface Moment {
  /** Default: now. */
  readonly at?: EpochMillis
}

type Fields = Extract<Transfer.Command, { readonly _tag: "RequestTransfer" }>

/** A requested disclosure. */
export interface Requested extends TransferRef, Moment, Omit<Fields, "_tag" | "at"> {
  /** The person whose data it is: their consents count. Absent where the ground asks for none. */
  readonly pseudonym?: Pseudonym.PseudonymId
}

/** The answer to a request: authorised, or refused by these rules. Both are recorded. */
export type Judged =
  | { readonly _tag: "authorised" }
  | { readonly _tag: "refused"; readonly rules: ReadonlyArray<string> }

/** A disclosed value, in clear. */
export interface DisclosedValue {
  readonly category: PersonalDataCategory
  readonly value: string
  /** Where it comes from (PROVENANCE). */
  readonly source: Source
}

/** The values handed to a recipient. */
export interface Disclosure {
  readonly values: ReadonlyArray<DisclosedValue>
  /** The label of the values together: personal, where one of them is or can be joined with what is (CLASSIFY, COMBINE). */
  readonly label: Classification.Label
  /** The sources of all values, and `derived`, because they were put together (PROVENANCE). */
  readonly sources: ReadonlyArray<Source>
  /**
   * The key of the digest, in hexadecimal. The log holds HMAC-SHA-256 of the values under it, from which no value can be
   * guessed; with it the recipient can prove the disclosure later.
   */
  readonly digestKey: string
  /** The digest that the log holds. */
  readonly digest: string
}

/** A disclosure that is carried out. */
export interface Execution<E> extends TransferRef, Moment, Pick<Access, "actor" | "reason" | "matter"> {
  /**
   * The person whose values these are. The disclosure is linked to them, so that their access copy names its recipient.
   */
  readonly pseudonym: Pseudonym.PseudonymId
  /** The values to disclose, of categories that the request names. */
  readonly values: ReadonlyArray<Sealed<string>>
  /** Hands the values over. It may be called again for the same disclosure, with the same values, after a crash. */
  readonly deliver: (disclosure: Disclosure) => Effect.Effect<void, E>
}

/** A notice to the recipient of a disclosure. */
export interface Notice extends TransferRef, Moment {
  /** The request or correction that it is about. */
  readonly notice: Uuid.Uuid
  readonly cause: typeof Transfer.NoticeCause.Type
  readonly result: "notified" | typeof Transfer.NoticeImpossible.fields.reason.Type
}

/** The service. */
export class Transfers extends Context.Service<
  Transfers,
  {
    /** Judges a disclosure and records the judgement with its request. Repeating the request returns the same answer. */
    readonly request: (requested: Requested) => Effect.Effect<Judged, Refusal | TransfersError>
    /**
     * Opens the values, records the disclosure and its digest, and hands the values over, in this order: nothing leaves
     * without a record. Refused where the disclosure was not authorised, where a ground has ended since, where a value
     * is of a category that the request does not name (CATEGORIES), where data that were requested as identifying no
     * person are personal (COMBINE) or can be joined with such data (CLASSIFY), and where a value may not or cannot be opened.
     */
    readonly execute: <E>(
      execution: Execution<E>,
    ) => Effect.Effect<Disclosure, E | Refusal | OpenError | SubjectErased | SubjectRestricted | TransfersError>
    /** Records that a recipient was notified of an erasure, rectification or restriction, or why it was impossible. */
    readonly notify: (notice: Notice) => Effect.Effect<void, Refusal | TransfersError>
    /** The state of a disclosure. */
    readonly stateOf: (ref: TransferRef) => Effect.Effect<Transfer.State, TransfersError>
  }
>()("@tacet/core/services/Transfers") {}

/** The service over the vault, the key store and the event store in force. */
export const layer: Layer.Layer<Transfers, never, Vault | KeyStore | EventStore> = Layer.effect(
  Transfers,
  Effect.gen(function* () {
    const ports: Ports = { vault: yield* Vault, keyStore: yield* KeyStore, decisions: yield* Decisions.make }
    return Transfers.of({
      request: request(ports),
      execute: execute(ports),
      notify: notify(ports),
      stateOf: ({ customer, transfer }) => loaded(ports, customer, transfer),
    })
  }),
)

interface Ports {
  readonly vault: Vault["Service"]
  readonly keyStore: KeyStore["Service"]
  readonly decisions: Decisions.Decisions
}

const loaded = ({ decisions }: Ports, customer: CustomerId, transfer: Transfer.TransferId) =>
  Effect.map(decisions.load(Transfer.aggregate, customer, transfer), ({ state }) => state)

/** The facts on which a decision about a disclosure rests. */
const contextOf = Effect.fnUntraced(function* (
  { decisions }: Ports,
  customer: CustomerId,
  pseudonym: Pseudonym.PseudonymId | undefined,
  recipient: Recipient.RecipientId,
  command: Transfer.Command,
  declared: Declarations.Declared,
) {
  const policy = yield* Declarations.bound(declared, command._tag, command.at)
  const register = yield* decisions.load(Recipient.aggregate, customer, recipient)
  const person = pseudonym === undefined ? Pseudonym.initial : yield* stateOf(decisions, { customer, pseudonym })
  const context: Transfer.Context = {
    policy,
    legal: LegalData.legalData,
    role: "processor",
    recipient: register.state,
    consents: Pseudonym.disclosureConsents(person),
    instructed: Contract.instructedPurposes(declared.state, policy, command.at),
    minimumFor: (purpose) => Recipient.minimumFor(register.state, purpose, command.at),
  }
  return context
})

const request = (ports: Ports) =>
  Effect.fn("Transfers.request")(function* (requested: Requested) {
    const { at: moment, customer, pseudonym, transfer, ...fields } = requested
    const at = yield* momentOrNow("RequestTransfer", moment)
    const command: Transfer.Command = { _tag: "RequestTransfer", at, ...fields }
    const { state } = yield* ports.decisions.decide(Transfer.aggregate, { customer, id: transfer }, (declared) =>
      Effect.map(contextOf(ports, customer, pseudonym, fields.recipient, command, declared), (context) => ({
        command,
        context,
      })),
    )
    const judged: Judged =
      state.status === "refused" ? { _tag: "refused", rules: state.refusedBy } : { _tag: "authorised" }
    return judged
  })

const execute = (ports: Ports) =>
  Effect.fn("Transfers.execute")(function* <E>(execution: Execution<E>) {
    const { actor, customer, deliver, matter, pseudonym, reason, transfer, values } = execution
    const { decisions, keyStore, vault } = ports
    const at = yield* momentOrNow("ExecuteTransfer", execution.at)
    const { request: wanted } = yield* loaded(ports, customer, transfer)
    const commandWith = (digest: string): Transfer.Command => ({
      _tag: "ExecuteTransfer",
      at,
      values: values.length,
      digest,
    })
    const refuse = (rule: string, accepted: string) =>
      Effect.fail(new Refusal({ rule, command: "ExecuteTransfer", field: "values", accepted }))
    let disclosure: Disclosure | undefined
    yield* decisions.decide(Transfer.aggregate, { customer, id: transfer }, (declared, state) =>
      Effect.gen(function* () {
        const foreseen = commandWith("0".repeat(64))
        // Without a request the decision refuses; it then reads no recipient.
        const recipient = wanted?.recipient ?? (transfer as Uuid.Uuid as Recipient.RecipientId)
        const context = yield* contextOf(ports, customer, pseudonym, recipient, foreseen, declared)
        yield* Decisions.foresee(Transfer.aggregate, state, { command: foreseen, context })
        if (wanted === undefined) return { command: foreseen, context }
        if (values.some(({ category }) => !wanted.categories.includes(category))) {
          return yield* refuse("CATEGORIES", `values of the categories requested: ${wanted.categories.join(", ")}`)
        }
        const { rectified } = yield* stateOf(decisions, { customer, pseudonym })
        if (values.some(({ reference }) => rectified.has(reference))) {
          return yield* refuse("ACCURATE", "the value that replaced one that was rectified")
        }
        const kept = yield* allKept(vault, customer, subjectOf(pseudonym))
        const labelled = Labelling.label(values, kept, pseudonym)
        if (labelled === undefined) {
          return yield* refuse("REGISTER-RCPT", "values that are kept of the person whose pseudonym is given")
        }
        if (wanted.label === "nonPersonal" && labelled.label === "personal") {
          return yield* values.some(({ category }) => Classification.relatesToPerson(category))
            ? refuse("COMBINE", "values none of which relates to a person: the strictest label holds for all")
            : refuse("CLASSIFY", "values that cannot be joined with personal ones that are kept under the pseudonym")
        }
        disclosure ??= yield* Effect.gen(function* () {
          const opened = yield* Effect.forEach(values, (sealed) =>
            Effect.gen(function* () {
              const access = { purpose: wanted.purpose, actor, reason, ...(matter === undefined ? {} : { matter }) }
              const answer = yield* vault.open({ customer, sealed, ...access })
              if (answer._tag === "Open") {
                return { category: sealed.category, value: answer.value, source: labelled.sourceOf(sealed) }
              }
              return yield* answer._tag === "Restricted" && answer.by !== "hold"
                ? refuse(answer.by === "objection" ? "R-OBJECT" : "R-RESTRICT", "values that the person lets be used")
                : refuse("RET-NEC", "values that have neither been erased nor come to their end")
            }),
          )
          const digestKey = yield* keyStore.fingerprint(customer, transfer as Uuid.Uuid as never)
          const { mac } = yield* Encryption
          const text = JSON.stringify(opened.map(({ category, value }) => [category, value]))
          const digest = hexadecimalOf(yield* mac(bytesOf(digestKey), bytesOf(text)))
          const { label, sources } = labelled
          return { values: opened, label, sources, digestKey, digest }
        })
        yield* vault.link(customer, subjectOf(pseudonym), transfer, undefined)
        return { command: commandWith(disclosure.digest), context }
      }),
    )
    const handed = disclosure!
    yield* deliver(handed)
    return handed
  })

const notify = ({ decisions }: Ports) =>
  Effect.fn("Transfers.notify")(function* ({ at: moment, cause, customer, notice, result, transfer }: Notice) {
    const at = yield* momentOrNow("NotifyPerson", moment)
    yield* decisions.handleBy(Transfer.aggregate, { customer, id: transfer }, (state) =>
      Transfer.decideNotice(
        state,
        result === "notified"
          ? { _tag: "NotifyRecipient", at, notice, cause }
          : { _tag: "DeclareNoticeImpossible", at, notice, cause, reason: result },
      ),
    )
  })
