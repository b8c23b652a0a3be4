/**
 * The operator's own accounts, of which it is the controller: prospects, users of its dashboard, contacts of its contracts. They
 * live in a compartment of their own (`DeclareOwnAccounts`), each under a pseudonym whose id the caller draws; the log holds
 * kinds, legal bases and moments, the vault the values. Data end with the account or the relationship, as the policy says
 * (RET-ACCOUNT, RET-UNTIL-ACCOUNT), or once every purpose is fulfilled (RET-NEC). `DataSubjectRequests` serves these persons in
 * every right; they are located by their e-mail address or the id of their account.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Layer from "effect/Layer"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { LegalBasis, Purpose } from "../policy/text/parameters/purposes.ts"
import * as Identifiers from "../privacy/Identifiers.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { Source } from "../privacy/Source.ts"
import { requireFit, type SealError, Vault } from "../privacy/Vault.ts"
import type { PeriodClosed, SubjectErased, VaultUnavailable } from "../privacy/VaultError.ts"
import * as Declarations from "./internal/Declarations.ts"
import { momentOrNow, requireCome } from "./internal/Moments.ts"
import * as Decisions from "./internal/Decisions.ts"
import { requireSealable } from "./internal/Sealings.ts"
import { declare } from "./pseudonyms/declaring.ts"
import { keep, observe, requireCollected } from "./pseudonyms/observing.ts"
import { NoticedElsewhere } from "./pseudonyms/settings.ts"
import { contextOf, type Ports as PseudonymPorts, stateOf, subjectOf } from "./pseudonyms/recording.ts"

/** The errors of every operation besides refusals: the log or the vault is unavailable or damaged. */
export type AccountsError = Decisions.DecisionError | VaultUnavailable

/** A registered person: the operator's compartment, and the id that the caller drew at random for the person. */
export interface AccountRef {
  readonly operator: CustomerId
  readonly person: Pseudonym.PseudonymId
}

/** A datum of a person. */
export interface Detail {
  /** An e-mail address, an account id and a telephone number locate the person (R-LOCATE). */
  readonly category: PersonalDataCategory
  readonly value: string
  /** Some of the purposes that are registered. Default: all of them. */
  readonly purposes?: ReadonlyArray<Purpose>
  /** Where it comes from (PROVENANCE). Default: the person. */
  readonly source?: Source
  /** Whether it stays on the person's own device: it is not collected then, and refused (PERSONAL-ACT). Default: false. */
  readonly onOwnDevice?: boolean
}

/** A person who is registered. */
export interface ToRegister extends AccountRef {
  readonly relation: Pseudonym.Relation
  /** The purposes of the data, each with its legal basis (BASIS). */
  readonly bases: ReadonlyArray<{ readonly purpose: Purpose; readonly basis: LegalBasis }>
  /**
   * In what manner the person accepted the policy in force before they gave their data: recorded with the registration. Without
   * it what a person gave is refused where the policy demands a notice (PURPOSE-FIRST, ACK-FIRST). Default: they did not.
   */
  readonly accepted?: typeof Pseudonym.PolicyAccepted.Type.manner
  /** At most one of a category: `Pseudonyms.rectify` changes it. */
  readonly details: ReadonlyArray<Detail>
  /** Default: now. */
  readonly at?: EpochMillis
}

/** An account as it is listed: none of its data. */
export interface Account {
  readonly person: Pseudonym.PseudonymId
  readonly relation: Pseudonym.Relation
  readonly registeredAt: EpochMillis
  readonly bases: ReadonlyMap<Purpose, LegalBasis>
  /** The day on which the person used the service last; `undefined` where no use was noted. */
  readonly activeAt: EpochMillis | undefined
  /** When the account was closed, the relationship ended, every purpose was fulfilled: the first of each. */
  readonly ended: { readonly [Event in keyof Pseudonym.PersonEnds]: EpochMillis | undefined }
}

/** The accounts that are asked for. */
export interface Which {
  /** Those alone that were not used since then, and have not ended: candidates for an end. */
  readonly inactiveSince?: EpochMillis
}

/** The service. */
export class Accounts extends Context.Service<
  Accounts,
  {
    /**
     * Registers a person with their data, or nothing: refused outside of the operator's own compartment (ROLE), for a purpose
     * without a legal basis (BASIS), and for a category that the policy does not list for a controller (CTRL-MIN). Answers the
     * sealed details in their order. The same person again completes a call that a crash stopped, and has no further effect: a
     * detail that was rectified since is answered as it stands.
     */
    readonly register: (
      person: ToRegister,
    ) => Effect.Effect<
      ReadonlyArray<Sealed<string>>,
      Refusal | Identifiers.NoIdentifier | PeriodClosed | SealError | AccountsError
    >
    /** Notes that the person used the service: one event a day at most. */
    readonly noteActivity: (account: AccountRef, at?: EpochMillis) => Ending
    /** The account is deleted. Repeating it changes nothing, also at another moment. */
    readonly close: (account: AccountRef, at?: EpochMillis) => Ending
    /** The relationship that created the access has ended. Repeating it changes nothing. */
    readonly endRelationship: (account: AccountRef, at?: EpochMillis) => Ending
    /** Every purpose of the person's data is fulfilled, such as a contact with a prospect. Repeating it changes nothing. */
    readonly fulfil: (account: AccountRef, at?: EpochMillis) => Ending
    /** The accounts of a compartment that were not erased, in the order of their registration. Nothing personal is read. */
    readonly list: (operator: CustomerId, which?: Which) => Effect.Effect<ReadonlyArray<Account>, AccountsError>
  }
>()("@tacet/core/services/Accounts") {}

/** The answer of a declaration about an account. */
export type Ending = Effect.Effect<void, Refusal | SubjectErased | AccountsError>

/** The service over the vault and the event store in force. */
export const layer: Layer.Layer<Accounts, never, Vault | EventStore> = Layer.effect(
  Accounts,
  Effect.gen(function* () {
    const store = yield* EventStore
    const noticedElsewhere = yield* NoticedElsewhere
    const ports: Ports = { store, vault: yield* Vault, decisions: yield* Decisions.make, noticedElsewhere }
    const once = (event: keyof Pseudonym.PersonEnds, _tag: "FulfilPurposes" | "CloseAccount" | "EndRelationship") =>
      Effect.fn(`Accounts.${_tag}`)(function* ({ operator, person }: AccountRef, at?: EpochMillis) {
        const whose = { customer: operator, pseudonym: person }
        const moment = yield* reached(_tag, at)
        const { ends } = yield* stateOf(ports.decisions, whose)
        if (ends[event].length > 0) return
        yield* declare(ports)(whose, { _tag, at: moment })
      })
    return Accounts.of({
      register: register(ports),
      noteActivity: Effect.fn("Accounts.noteActivity")(function* ({ operator, person }: AccountRef, at?: EpochMillis) {
        const moment = yield* reached("NoteActivity", at)
        yield* declare(ports)({ customer: operator, pseudonym: person }, { _tag: "NoteActivity", at: moment })
      }),
      close: once("accountDeletion", "CloseAccount"),
      endRelationship: once("relationshipEnd", "EndRelationship"),
      fulfil: once("purposeFulfilled", "FulfilPurposes"),
      list: list(ports),
    })
  }),
)

/** A moment that the caller gives, or now, and that has come. */
const reached = (command: string, at: EpochMillis | undefined) =>
  Effect.flatMap(momentOrNow(command, at), (moment) => requireCome(command, moment))

interface Ports extends PseudonymPorts {
  readonly noticedElsewhere: boolean
  readonly store: EventStore["Service"]
}

/** The kinds of detail by which a person is located. */
const identifierOf = ({ category, value: text }: Detail): Identifiers.Identifier | undefined =>
  category === "emailAddress" || category === "accountIdentifier" || category === "telephoneNumber"
    ? { kind: category, text }
    : undefined

const register = (ports: Ports) =>
  Effect.fn("Accounts.register")(function* (toRegister: ToRegister) {
    const { bases, details, operator, person, relation } = toRegister
    const { decisions } = ports
    const whose = { customer: operator, pseudonym: person }
    const known = yield* stateOf(decisions, whose)
    // A repetition without a moment means the moment of the registration.
    const at = toRegister.at ?? known.registered?.at ?? (yield* Clock.currentTimeMillis)
    const moment = yield* reached("RegisterPerson", at)
    if (known.registered !== undefined && toRegister.accepted !== undefined && known.acceptances.size === 0) {
      const accepted = "the acceptance with Policies.accept, when it is given: the person is registered already"
      return yield* new Refusal({ rule: "TACET-ONCE", command: "RegisterPerson", field: "accepted", accepted })
    }
    const purposes = bases.map(({ purpose }) => purpose)
    const sealing = details.map((detail) => ({
      detail,
      category: detail.category,
      purposes: detail.purposes ?? purposes,
      source: detail.source ?? ("givenByPerson" as const),
    }))
    const numbers = yield* Identifiers.TelephoneNumbers
    if (new Set(details.map(({ category }) => category)).size < details.length) {
      const accepted = "one detail of each category: Pseudonyms.rectify changes it"
      return yield* new Refusal({ rule: "TACET-ONCE", command: "RegisterPerson", field: "details", accepted })
    }
    for (const { detail, source } of sealing) {
      yield* requireCollected({ ...detail, source })
      yield* requireFit("RegisterPerson", { ...detail, customer: operator, source })
      const identifier = identifierOf(detail)
      if (identifier !== undefined) yield* Effect.fromResult(Identifiers.normalise(identifier, numbers))
    }
    const referenceOf = (category: PersonalDataCategory) => Uuid.derived("account", operator, person, category)
    const isKept = ({ rectified, values }: Pseudonym.State, category: PersonalDataCategory) =>
      values.has(referenceOf(category)) || rectified.has(referenceOf(category))
    const { outcomes, state } = yield* decisions.handlePrepared(
      Pseudonym.aggregate,
      { customer: operator, id: person, accept: "all" },
      (state) =>
        Effect.gen(function* () {
          const declared = yield* decisions.declared(operator)
          const { policy } = yield* Declarations.bound(declared, "RegisterPerson", moment)
          const issue: Pseudonym.Command = {
            _tag: "IssuePseudonym",
            at: moment,
            policyVersion: policy as PolicyVersionId,
          }
          const command: Pseudonym.Command = { _tag: "RegisterPerson", at: moment, relation, bases }
          const accept = { _tag: "AcceptPolicy", at: moment, policyVersion: policy as PolicyVersionId } as const
          const accepting = toRegister.accepted === undefined ? [] : [{ ...accept, manner: toRegister.accepted }]
          const commands: ReadonlyArray<Pseudonym.Command> = [issue, ...accepting, command]
          const context = yield* contextOf(decisions, operator, declared, command)
          let registered = state
          for (const one of commands) {
            const events = yield* Decisions.foresee(Pseudonym.aggregate, registered, { command: one, context })
            registered = events.reduce(Pseudonym.decider.evolve, registered)
          }
          // A detail that would be refused is refused before the person is recorded.
          for (const { category, purposes: of, source } of sealing) {
            if (isKept(state, category)) continue
            const row = { customer: operator, subject: subjectOf(person), category, declared: of, source, at }
            const ownerOf = () => Effect.succeed(Option.none())
            const sealing = { ...row, ownerOf, kept: ports.vault.kept(operator) }
            yield* requireSealable(ports, declared, { _tag: "pseudonym", state: registered }, sealing)
          }
          return { commands, context, checks: [Declarations.check(operator, declared)] }
        }),
    )
    for (const outcome of outcomes) yield* Effect.fromResult(outcome)
    return yield* Effect.forEach(sealing, ({ category, detail, purposes: of, source }) => {
      const reference = referenceOf(category)
      const identifier = identifierOf(detail)
      if (state.rectified.has(reference)) {
        const sealed: Sealed<string> = { reference: Pseudonym.latestOf(state, reference), category }
        return Effect.succeed(sealed)
      }
      // A detail that is kept already is repeated, which the vault refuses with another text.
      return identifier === undefined
        ? keep(ports)({ ...whose, ...detail, purposes: of, source, collectedAt: at, reference })
        : observe(ports)({ ...whose, identifier, purposes: of, source, validFrom: at, at, reference })
    })
  })

const list = ({ decisions, store }: Ports) =>
  Effect.fn("Accounts.list")(function* (operator: CustomerId, { inactiveSince = Infinity }: Which = {}) {
    const filter = { streamKinds: [Pseudonym.streamKind], eventTypes: ["PersonRegistered"] }
    const persons = new Set<Pseudonym.PseudonymId>()
    for (let after = 0; ;) {
      const { events, head, through } = yield* store.readLog(operator, { after, filter })
      for (const { stream } of events) persons.add(stream.id as Pseudonym.PseudonymId)
      after = through
      if (through >= head) break
    }
    const accounts = yield* Effect.forEach(persons, (person) =>
      Effect.map(stateOf(decisions, { customer: operator, pseudonym: person }), ({ activeAt, ends, registered }) => {
        if (registered === undefined) return []
        const ended = {
          purposeFulfilled: ends.purposeFulfilled[0],
          accountDeletion: ends.accountDeletion[0],
          relationshipEnd: ends.relationshipEnd[0],
        }
        const { at: registeredAt, bases, relation } = registered
        const account: Account = { person, relation, registeredAt, bases, activeAt, ended }
        const isEnded = Object.values(ended).some((at) => at !== undefined)
        const isAsked = inactiveSince === Infinity || (!isEnded && (activeAt ?? registeredAt) < inactiveSince)
        return isAsked ? [account] : []
      }),
    )
    return accounts.flat()
  })
