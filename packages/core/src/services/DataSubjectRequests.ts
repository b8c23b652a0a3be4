/**
 * What people ask about their data, from the receipt of a request to its answer: it finds the person in the vault, does
 * there what was asked for, tells recipients, and records the outcome (GDPR 11, 12, 15 to 21). An answer is recorded
 * last, so that a crash leaves a request that is open, never one that says more than was done. Repeat what was stopped.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { RecipientId } from "../domain/Recipient.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import * as RightsRequest from "../domain/RightsRequest.ts"
import * as Transfer from "../domain/Transfer.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Locator } from "../policy/text/parameters/rights.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import type { Access, Actor } from "../privacy/AccessLog.ts"
import type * as Identifiers from "../privacy/Identifiers.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { type Kept, type OpenError, type SealError, Vault } from "../privacy/Vault.ts"
import type { SubjectErased, UnknownReference } from "../privacy/VaultError.ts"
import { Erasure } from "./Erasure.ts"
import * as Facts from "./internal/Facts.ts"
import { Pseudonyms, type PseudonymsError } from "./Pseudonyms.ts"

/** A request of a Customer's people. */
export interface Which {
  readonly customer: CustomerId
  readonly request: RightsRequest.RequestId
}

/** What came in. */
export interface Received {
  readonly customer: CustomerId
  readonly kind: (typeof RightsRequest.RequestReceived.Type)["kind"]
  readonly channel: (typeof RightsRequest.RequestReceived.Type)["channel"]
  /** Who asks: an id, the same for all requests of one person. */
  readonly requester: Uuid.Uuid
  /** Whether the person has an account with the operator. Default: false. */
  readonly registered?: boolean
  /** What an objection or a withdrawal is about. Default: none. */
  readonly purposes?: ReadonlyArray<Purpose>
  /** Default: now. */
  readonly at?: EpochMillis
}

/** An identifier, and when it belonged to the person: `[from, to)`. */
export interface Detail {
  readonly identifier: Identifiers.Identifier
  readonly from: EpochMillis
  readonly to: EpochMillis
}

/** A value of the person, open. */
export interface Given extends Kept {
  readonly value: string
}

/** A disclosure about the person: to whom, for what, and the safeguard under which it crossed a border. */
export interface Disclosed {
  readonly transfer: Transfer.TransferId
  readonly recipient: RecipientId
  readonly purpose: Purpose
  readonly safeguard: Transfer.SafeguardCopy | undefined
}

/** The data of a person, with what is told beside it (GDPR 15(1), (2), 20). */
export interface Copy {
  readonly values: ReadonlyArray<Given>
  readonly disclosures: ReadonlyArray<Disclosed>
}

/** How a request is answered: who decides, what the answer says, and what its kind asks for. */
export interface Answer extends Which {
  readonly actor: Actor
  /** What the answer says beside its outcome; the policy may ask for it (R-COMPLAINT). */
  readonly states: (typeof RightsRequest.RequestFulfilled.Type)["states"]
  /** Access and portability: what the person was given, as `read` answered it. */
  readonly given?: ReadonlyArray<Uuid.Uuid>
  /** Portability: in which format. */
  readonly format?: typeof RightsRequest.ExportFormat.Type
  /** Rectification: what stands in the place of each value. */
  readonly corrections?: ReadonlyArray<{ readonly old: Sealed<string>; readonly value: string }>
  /** Erasure: that the account of a registered person no longer opens. */
  readonly signInRemoved?: boolean
}

/** What became of an answer: the disclosures whose recipients still have to be told (GDPR 19). */
export interface Answered {
  readonly untold: ReadonlyArray<Transfer.TransferId>
}

/** A recipient who has to be told of an erasure, a rectification or a restriction. */
export interface Notice {
  readonly customer: CustomerId
  readonly transfer: Transfer.TransferId
  readonly recipient: RecipientId
  readonly cause: typeof Transfer.NoticeCause.Type
  /** The request that it is about. */
  readonly request: RightsRequest.RequestId
}

/**
 * Tells a recipient, and says how that went; it may be asked again. Default: nobody is told, and `fulfil` answers who has
 * to be.
 */
export const Tell: Context.Reference<
  ((notice: Notice) => Effect.Effect<"told" | "impossible" | "disproportionateEffort">) | undefined
> = Context.Reference<
  ((notice: Notice) => Effect.Effect<"told" | "impossible" | "disproportionateEffort">) | undefined
>("@tacet/core/services/DataSubjectRequests/Tell", { defaultValue: () => undefined })

/** What every operation can fail with: a refusal, or log or vault that could not be reached or are not whole. */
export type DataSubjectRequestsError =
  | Refusal
  | OpenError
  | SealError
  | UnknownReference
  | SubjectErased
  | PseudonymsError

/** What may be said of a request and needs nothing of the vault. */
export type Declaration = Exclude<
  RightsRequest.Command,
  { readonly _tag: "ReceiveRequest" | "LocateSubject" | "FulfilRequest" | "AcceptDuplicate" | "MarkDuplicate" }
>

/** The service. */
export class DataSubjectRequests extends Context.Service<
  DataSubjectRequests,
  {
    /** Records a request, and hands it to whom the policy names (R-TO-OPERATOR, R-TO-CUSTOMER). */
    readonly receive: (received: Received) => Effect.Effect<RightsRequest.RequestId, DataSubjectRequestsError>
    /** A request as it is. */
    readonly stateOf: (which: Which) => Effect.Effect<RightsRequest.State, DataSubjectRequestsError>
    /** Verification, doubt, delay, refusal and what else happens on the way. */
    readonly declare: (which: Which, declaration: Declaration) => Effect.Effect<void, DataSubjectRequestsError>
    /**
     * Looks for the person by what they bring (R-LOCATE, GDPR 11(2)): answers the pseudonyms, and records that the person
     * was found where there is one. The details are sealed under the request, and go with it.
     */
    readonly locate: (
      which: Which,
      details: ReadonlyArray<Detail>,
      actor: Actor,
    ) => Effect.Effect<ReadonlyArray<Pseudonym.PseudonymId>, DataSubjectRequestsError | Identifiers.NoIdentifier>
    /** The data of the person who was found and verified. Each value that is opened leaves a record. */
    readonly read: (which: Which, actor: Actor) => Effect.Effect<Copy, DataSubjectRequestsError>
    /**
     * Does what was asked for and records that it was done. What the policy or the law does not let stand is refused
     * before anything is done.
     */
    readonly fulfil: (answer: Answer) => Effect.Effect<Answered, DataSubjectRequestsError>
  }
>()("@tacet/core/services/DataSubjectRequests") {}

/** The service over the vault, the event store and the services of pseudonyms and erasure in force. */
export const layer: Layer.Layer<DataSubjectRequests, never, Vault | EventStore | Pseudonyms | Erasure> = Layer.effect(
  DataSubjectRequests,
  Effect.gen(function* () {
    const vault = yield* Vault
    const store = yield* EventStore
    const pseudonyms = yield* Pseudonyms
    const erasure = yield* Erasure
    const inLog = Effect.provideService(EventStore, store)

    const now = Effect.map(Clock.currentTimeMillis, (at) => DateTime.makeUnsafe(at))

    const stateOf = ({ customer, request }: Which) =>
      Effect.map(inLog(CommandHandler.load(RightsRequest.aggregate, customer, request)), ({ state }) => state)

    /** Decides a command; with `foresee` nothing is written. */
    const decide = (
      { customer, request }: Which,
      command: RightsRequest.Command,
      holdings: ReadonlyArray<RightsRequest.Holding> = [],
      foresee = false,
    ) =>
      inLog(
        Facts.decide(customer, (facts) =>
          Effect.gen(function* () {
            const context = { policy: yield* Facts.bound(facts, command._tag, command.at), holdings }
            if (foresee) {
              const { state } = yield* CommandHandler.load(RightsRequest.aggregate, customer, request)
              yield* Facts.foresee(RightsRequest.aggregate, state, command, context)
              return
            }
            yield* Facts.handle(RightsRequest.aggregate, facts, { customer, id: request, command, context })
          }),
        ),
      )

    const receive: DataSubjectRequests["Service"]["receive"] = Effect.fn("DataSubjectRequests.receive")(
      function* (received) {
        const { channel, customer, kind, purposes = [], registered = false, requester } = received
        const at = received.at === undefined ? yield* now : DateTime.makeUnsafe(received.at)
        const which = { customer, request: (yield* Uuid.next) as RightsRequest.RequestId }
        yield* decide(which, { _tag: "ReceiveRequest", at, kind, channel, requester, registered, purposes })
        const { parameters } = yield* Facts.bound(yield* inLog(Facts.load(customer)), "ReceiveRequest", at)
        const toCustomer = !registered && parameters.requestAddressee === "customerOfInteraction"
        yield* decide(which, { _tag: toCustomer ? "ForwardRequest" : "TakeRequest", at })
        return which.request
      },
    )

    /** Seals under the request; it ends as its category does, or with the request. */
    const keep = Effect.fnUntraced(function* ({ customer, request }: Which, category: Kept["category"], value: string) {
      const at = yield* Clock.currentTimeMillis
      const facts = yield* inLog(Facts.load(customer))
      const retentionEnd = yield* inLog(Facts.endOf(customer, facts, { category, collectedAt: at, at }))
      const subject = subjectOf(request)
      return yield* vault.seal({
        customer,
        subject,
        category,
        value,
        purposes: [purpose],
        collectedAt: at,
        retentionEnd,
      })
    })

    const locate: DataSubjectRequests["Service"]["locate"] = Effect.fn("DataSubjectRequests.locate")(
      function* (which, details, actor) {
        const { customer } = which
        const at = yield* now
        const access = accessOf(which, actor)
        const located = (values: ReadonlyArray<Sealed<string>>): RightsRequest.Command => ({
          _tag: "LocateSubject",
          at,
          locators: details.map(({ from, identifier, to }, index) => ({
            kind: locatorOf[identifier.kind],
            value: values[index]!,
            bound: { from: DateTime.makeUnsafe(from), to: DateTime.makeUnsafe(to) },
          })),
        })
        const proposed = yield* Effect.forEach(details, ({ identifier }) =>
          Effect.map(Uuid.next, (reference) => ({ reference, category: identifier.kind })),
        )
        yield* decide(which, located(proposed), [], true)
        const found = yield* Effect.forEach(details, (detail) => vault.locate({ customer, ...detail, ...access }))
        // Somebody is found by all that they bring: who has one of the details alone may be another.
        const all = (found[0] ?? []).filter((subject) => found.every((subjects) => subjects.includes(subject)))
        if (all.length === 0) return []
        const sealed = yield* Effect.forEach(details, ({ identifier }) => keep(which, identifier.kind, identifier.text))
        for (const subject of all) yield* keep(which, "accountIdentifier", subject)
        yield* decide(which, located(sealed))
        return all as ReadonlyArray<string> as ReadonlyArray<Pseudonym.PseudonymId>
      },
    )

    const valuesOf = Effect.fnUntraced(function* (customer: CustomerId, subject: SubjectId) {
      const values: Array<Kept> = []
      for (;;) {
        const after = values.at(-1)?.reference
        const page = yield* vault.valuesOf(customer, subject, { limit: 500, ...(after === undefined ? {} : { after }) })
        if (page.length === 0) return values
        values.push(...page)
      }
    })

    /** What the request keeps of a category, open. */
    const noted = Effect.fnUntraced(function* (which: Which, category: Kept["category"], actor: Actor) {
      const { customer } = which
      const kept = (yield* valuesOf(customer, subjectOf(which.request))).filter((value) => value.category === category)
      const opened = yield* Effect.forEach(kept, (sealed) =>
        vault.open({ customer, sealed, ...accessOf(which, actor) }),
      )
      return opened.flatMap((answer) => (answer._tag === "Open" ? [answer.value] : []))
    })

    const found = (which: Which, actor: Actor) =>
      Effect.map(noted(which, "accountIdentifier", actor), (subjects) =>
        Array.from(new Set(subjects), (subject) => subject as SubjectId),
      )

    const disclosuresOf = Effect.fnUntraced(function* (customer: CustomerId, subjects: ReadonlyArray<SubjectId>) {
      const disclosures: Array<Disclosed> = []
      for (const subject of subjects) {
        for (const id of yield* vault.interactionsOf(customer, subject)) {
          const { state } = yield* inLog(CommandHandler.load(Transfer.aggregate, customer, id))
          if (state.status !== "executed" || state.request === undefined) continue
          const { purpose: why, recipient } = state.request
          const transfer = id as Transfer.TransferId
          disclosures.push({ transfer, recipient, purpose: why, safeguard: Transfer.safeguardOf(state) })
        }
      }
      return disclosures
    })

    /** Nobody's data is opened for somebody who was not shown to be the person (R-VERIFY). */
    const verified = Effect.fnUntraced(function* (which: Which) {
      const at = yield* now
      const facts = yield* inLog(Facts.load(which.customer))
      const { parameters } = yield* Facts.bound(facts, "ReadData", at)
      const state = yield* stateOf(which)
      if (state.verified || parameters.verification !== "beforeAnswer") return
      const accepted = "requester and data that correspond: VerifyIdentity first"
      return yield* new Refusal({ rule: "R-VERIFY", command: "ReadData", accepted })
    })

    const read: DataSubjectRequests["Service"]["read"] = Effect.fn("DataSubjectRequests.read")(
      function* (which, actor) {
        const { customer } = which
        yield* verified(which)
        const subjects = yield* found(which, actor)
        const values: Array<Given> = []
        for (const subject of subjects) {
          for (const kept of yield* valuesOf(customer, subject)) {
            const answer = yield* vault.open({ customer, sealed: kept, ...accessOf(which, actor) })
            if (answer._tag === "Open") values.push({ ...kept, value: answer.value })
          }
        }
        return { values, disclosures: yield* disclosuresOf(customer, subjects) }
      },
    )

    /** The values of the person that are kept, with the law that makes somebody keep them. */
    const holdingsOf = Effect.fnUntraced(function* (customer: CustomerId, subjects: ReadonlyArray<SubjectId>) {
      const at = yield* now
      const facts = yield* inLog(Facts.load(customer))
      const { state } = yield* inLog(CommandHandler.load(RetentionPolicy.aggregate, customer, customer))
      const policy = facts.policyAt(at)
      const kept = yield* Effect.forEach(subjects, (subject) => valuesOf(customer, subject))
      return kept.flat().map(({ category, collectedAt, reference }): RightsRequest.Holding => {
        const datum = {
          category,
          about: "interaction",
          events: { collection: DateTime.makeUnsafe(collectedAt) },
        } as const
        const keptBy = policy && RetentionPolicy.legalGround(state, datum, [policy], at)
        return { reference, portable: true, ...(keptBy === undefined ? {} : { keptBy }) }
      })
    })

    /** Tells the recipients of disclosures, and answers whom nobody has told. */
    const notify = Effect.fnUntraced(function* (
      { customer, request }: Which,
      cause: Notice["cause"],
      disclosures: ReadonlyArray<Pick<Disclosed, "recipient" | "transfer">>,
    ) {
      const tell = yield* Tell
      if (tell === undefined) return disclosures.map(({ transfer }) => transfer)
      for (const { recipient, transfer } of disclosures) {
        const { state } = yield* inLog(CommandHandler.load(Transfer.aggregate, customer, transfer))
        if (state.notices.has(request)) continue
        const outcome = yield* tell({ customer, transfer, recipient, cause, request })
        const occurredAt = yield* now
        const event: Transfer.Event =
          outcome === "told"
            ? { _tag: "RecipientNotified", occurredAt, notice: request, cause }
            : { _tag: "NoticeImpossible", occurredAt, notice: request, cause, reason: outcome }
        yield* inLog(CommandHandler.handle(noticing, { customer, id: transfer, command: event, context: undefined }))
      }
      return []
    })

    /** Rights that need the person: what is done for each, and what the answer says of it. */
    const carriedOut = Effect.fnUntraced(function* (
      answer: Answer,
      { request }: RightsRequest.State,
      by: RightsRequest.Handler,
    ) {
      const { actor, customer, given = [], states } = answer
      const at = yield* now
      const subjects = yield* found(answer, actor)
      const fulfil = (outcome: RightsRequest.Outcome): RightsRequest.Command => ({
        _tag: "FulfilRequest",
        at,
        by,
        outcome,
        states,
      })
      const whose = (subject: SubjectId) => ({ customer, pseudonym: subject as Uuid.Uuid as Pseudonym.PseudonymId })
      const purposes = request?.purposes ?? []
      switch (request?.kind) {
        case "access":
        case "portability": {
          const { values } = yield* read(answer, actor)
          const holdings = values.map(({ reference }) => ({ reference, portable: true }))
          const { format = "json" } = answer
          yield* decide(
            answer,
            fulfil(
              request.kind === "access"
                ? { _tag: "access", given, explains: [...RightsRequest.explanations] }
                : { _tag: "portability", given, format },
            ),
            holdings,
          )
          return []
        }
        case "rectification": {
          const { corrections = [] } = answer
          const disclosures = yield* disclosuresOf(customer, subjects)
          const owners = yield* Effect.forEach(subjects, (subject) => pseudonyms.stateOf(whose(subject)))
          const ownerOf = (old: Uuid.Uuid) =>
            owners.findIndex(({ rectified, values }) => values.has(old) || rectified.has(old))
          const holdings = corrections
            .filter(({ old }) => ownerOf(old.reference) !== -1)
            .map(({ old }) => ({ reference: old.reference, portable: true }))
          const outcome = (pairs: ReadonlyArray<{ readonly old: Uuid.Uuid; readonly new: Uuid.Uuid }>) =>
            fulfil({ _tag: "rectification", replaced: pairs, oldUnreadable: true })
          const proposed = yield* Effect.forEach(corrections, ({ old }) =>
            Effect.map(Uuid.next, (next) => ({ old: old.reference, new: next })),
          )
          yield* decide(answer, outcome(proposed), holdings, true)
          const replaced = yield* Effect.forEach(corrections, ({ old, value }) =>
            Effect.gen(function* () {
              const index = ownerOf(old.reference)
              // Set right by an attempt that was stopped: what is left of the old value goes all the same.
              const before = owners[index]?.rectified.get(old.reference)
              if (before !== undefined) yield* vault.destroy(customer, [old.reference], "rectification")
              const next = before ?? (yield* pseudonyms.rectify(whose(subjects[index]!), old, value)).reference
              return { old: old.reference, new: next }
            }),
          )
          const untold = yield* notify(answer, "rectification", disclosures)
          yield* decide(answer, outcome(replaced), holdings)
          return untold
        }
        case "erasure": {
          const plan = yield* planOf(answer, subjects)
          const erasable = plan.holdings.filter(({ keptBy }) => keptBy === undefined)
          const erased = erasable.map(({ reference }) => reference)
          const signInRemoved = answer.signInRemoved === true
          const command = fulfil({ _tag: "erasure", erased, keysDestroyed: true, signInRemoved })
          yield* decide(answer, command, plan.holdings, true)
          yield* keepPlan(answer, plan)
          if (erasable.length === plan.holdings.length) {
            for (const subject of subjects) yield* erasure.erase({ customer, subject, cause: "request" })
          } else {
            // What a law makes somebody keep is stored, and nothing else is done with it.
            yield* vault.destroy(customer, erased, "request")
            for (const subject of subjects) {
              yield* pseudonyms.declare(whose(subject), { _tag: "RestrictProcessing", at })
            }
          }
          const untold = yield* notify(answer, "erasure", plan.disclosures)
          yield* decide(answer, command, plan.holdings)
          return untold
        }
        case "restriction": {
          const holdings = yield* holdingsOf(customer, subjects)
          const restricted = holdings.map(({ reference }) => reference)
          const command = fulfil({ _tag: "restriction", restricted })
          yield* decide(answer, command, holdings, true)
          for (const subject of subjects) {
            yield* pseudonyms.declare(whose(subject), { _tag: "RestrictProcessing", at })
          }
          const untold = yield* notify(answer, "restriction", yield* disclosuresOf(customer, subjects))
          yield* decide(answer, command, holdings)
          return untold
        }
        case "objection": {
          const command = fulfil({ _tag: "objection", stopped: purposes })
          yield* decide(answer, command, [], true)
          for (const subject of subjects) {
            for (const stopped of purposes) {
              yield* pseudonyms.declare(whose(subject), { _tag: "RaiseObjection", at, purpose: stopped })
              const { objections } = yield* pseudonyms.stateOf(whose(subject))
              if (objections.get(stopped) === "upheld") continue
              const upheld = { _tag: "ResolveObjection", at, purpose: stopped, upheld: true } as const
              yield* pseudonyms.declare(whose(subject), upheld)
            }
          }
          yield* decide(answer, command)
          return []
        }
        case "consentWithdrawal": {
          const command = fulfil({ _tag: "consentWithdrawal", stopped: purposes })
          yield* decide(answer, command, [], true)
          for (const subject of subjects) {
            const state = yield* pseudonyms.stateOf(whose(subject))
            for (const stopped of purposes) {
              for (const recipient of Pseudonym.consentsTo(state, stopped)) {
                const to = recipient === undefined ? {} : { recipient }
                yield* pseudonyms.declare(whose(subject), { _tag: "WithdrawConsent", at, purpose: stopped, ...to })
              }
            }
          }
          yield* decide(answer, command)
          return []
        }
        default:
          yield* decide(answer, fulfil({ _tag: "complaint" }))
          return []
      }
    })

    /** What an erasure was to erase when it began: an attempt that was stopped has left less. */
    const planOf = Effect.fnUntraced(function* (which: Answer, subjects: ReadonlyArray<SubjectId>) {
      const [text] = yield* noted(which, "transaction", which.actor)
      if (text !== undefined) return { ...(JSON.parse(text) as Plan), isKept: true }
      const holdings = yield* holdingsOf(which.customer, subjects)
      const disclosures = yield* disclosuresOf(which.customer, subjects)
      const whom = disclosures.map(({ recipient, transfer }) => ({ recipient, transfer }))
      return { holdings, disclosures: whom, isKept: false }
    })

    const keepPlan = (which: Which, { isKept, ...plan }: Plan & { readonly isKept: boolean }) =>
      isKept ? Effect.void : keep(which, "transaction", JSON.stringify(plan))

    const fulfil: DataSubjectRequests["Service"]["fulfil"] = Effect.fn("DataSubjectRequests.fulfil")(
      function* (answer) {
        const { customer, request } = answer
        const state = yield* stateOf(answer)
        const isErasure = state.request?.kind === "erasure"
        if (isErasure && state.status === "requestFulfilled") {
          yield* erasure.erase({ customer, subject: subjectOf(request), cause: "request" })
          return { untold: [] }
        }
        const handler = state.handler
        if (handler === undefined) {
          const accepted = "a request that was received and handed to whom it concerns"
          return yield* new Refusal({ rule: "TACET-STARTED", command: "FulfilRequest", accepted })
        }
        const untold = yield* carriedOut(answer, state, handler)
        // By what the person was found goes with what was found.
        if (isErasure) yield* erasure.erase({ customer, subject: subjectOf(request), cause: "request" })
        return { untold }
      },
    )

    return DataSubjectRequests.of({
      receive,
      stateOf,
      declare: (which, declaration) => decide(which, declaration),
      locate,
      read,
      fulfil,
    })
  }),
)

interface Plan {
  readonly holdings: ReadonlyArray<RightsRequest.Holding>
  readonly disclosures: ReadonlyArray<Pick<Disclosed, "recipient" | "transfer">>
}

const purpose = "rightsFulfilment"

const accessOf = ({ request }: Which, actor: Actor): Access => ({
  purpose,
  actor,
  reason: "personRequest",
  matter: request,
})

/** What a request keeps in the vault is kept under its own id. */
const subjectOf = (request: RightsRequest.RequestId): SubjectId => request as Uuid.Uuid as SubjectId

const locatorOf: Readonly<Record<Identifiers.Identifier["kind"], Locator>> = {
  ipAddress: "ipAddressInRange",
  telephoneNumber: "telephoneNumberInPeriod",
  advertisingIdentifier: "advertisingIdentifier",
  deviceIdentifier: "otherDetails",
  cookieIdentifier: "otherDetails",
}

/** Of a disclosure only the notice is recorded here, which its decider accepts of every one that was made. */
const noticing: CommandHandler.Aggregate<Transfer.State, Transfer.Event, Transfer.Event, undefined> = {
  codec: Transfer.codec,
  decider: {
    initial: Transfer.initial,
    evolve: Transfer.decider.evolve,
    decide: ({ notices }, event) => Result.succeed("notice" in event && notices.has(event.notice) ? [] : [event]),
  },
}
