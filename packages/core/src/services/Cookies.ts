/**
 * The cookies of the operator's own sites: declared before they are set, listed on any date with what the policy objects to,
 * and asked before each reading, measurement and use of a record (COOKIE-PURPOSE, COOKIE-CTRL, COOKIE-DOC, COOKIE-READ,
 * COOKIE-FIELDS, COOKIE-NO3P, COOKIE-NOJOIN, RET-COOKIE6M, VENDOR-OPTOUT). They are recorded in the operator's own
 * compartment, under the policy that it has adopted there.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Calendar from "../calendar/Calendar.ts"
import * as CookieRegister from "../domain/CookieRegister.ts"
import * as VisitorChoice from "../domain/VisitorChoice.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as Check from "../policy/checks/Cookie.ts"
import { KeyStore } from "../privacy/KeyStore.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import * as KeyedIds from "./internal/KeyedIds.ts"

/** The errors of every operation besides refusals: the log is unavailable or damaged. */
export type CookiesError = Decisions.DecisionError

/** A declared cookie, and since when it is set. */
export type Declared = typeof CookieRegister.CookieDeclared.Type

/** A cookie that is set although the policy which binds then would refuse it. */
export interface Violation {
  readonly rule: string
  readonly name: string
  readonly accepted: string
}

/** The cookies that are set at a moment. */
export interface Listed {
  readonly cookies: ReadonlyArray<Declared>
  readonly violations: ReadonlyArray<Violation>
  /** The document with the rules on cookies, where the policy leaves them to one. */
  readonly document: string | undefined
}

/** A use of a record of the operator's own measurement. */
export interface RecordUse {
  /** The record by its fields. Its values appear in no refusal, span or log. */
  readonly record: { readonly [field: string]: string }
  readonly use: Check.RecordUse
  /** When. Default: now. */
  readonly at?: EpochMillis
}

/** The service. */
export class Cookies extends Context.Service<
  Cookies,
  {
    /**
     * Enters a cookie before it is set, or the document with the rules on cookies. Refused for a purpose that the policy does
     * not list (COOKIE-PURPOSE), without the controls that it promises (COOKIE-CTRL), for a vendor where none may measure
     * (VENDOR-OPTOUT), for longer than its data may be kept (RET-COOKIE6M, RET-NEC, RET-12M), and before the document is
     * published to which the policy leaves the rules (COOKIE-DOC).
     */
    readonly declare: (
      operator: CustomerId,
      command: Exclude<CookieRegister.Command, { readonly _tag: "RemoveCookie" }>,
    ) => Effect.Effect<ReadonlyArray<CookieRegister.Event>, Refusal | CookiesError>
    /** Enters that a cookie is set no longer. */
    readonly remove: (
      operator: CustomerId,
      name: Declared["name"],
      options?: { readonly at?: EpochMillis },
    ) => Effect.Effect<ReadonlyArray<CookieRegister.Event>, Refusal | CookiesError>
    /**
     * Lists the cookies that are set at a moment, each judged again by the policy that binds then, which another version may
     * have changed. Default: now.
     */
    readonly list: (operator: CustomerId, at?: EpochMillis) => Effect.Effect<Listed, Refusal | CookiesError>
    /** Records that a visitor asks for the measurement by vendors to stop (VENDOR-OPTOUT). No policy refuses it. */
    readonly optOut: (
      operator: CustomerId,
      visitor: string,
    ) => Effect.Effect<void, Refusal | VaultUnavailable | CookiesError>
    /** Records that a visitor permits it again. */
    readonly optIn: (
      operator: CustomerId,
      visitor: string,
    ) => Effect.Effect<void, Refusal | VaultUnavailable | CookiesError>
    /** Whether a party may read a cookie: only the party that sets it, and only while it is declared (COOKIE-READ). */
    readonly mayRead: (
      operator: CustomerId,
      name: Declared["name"],
      party: string,
    ) => Effect.Effect<boolean, CookiesError>
    /**
     * Whether a visitor may be measured with a cookie. A vendor measures until the visitor asks for it to stop
     * (VENDOR-OPTOUT); a cookie that is not declared, or not for a measurement, measures no visitor.
     */
    readonly mayMeasure: (
      operator: CustomerId,
      name: Declared["name"],
      visitor: string,
    ) => Effect.Effect<boolean, Refusal | VaultUnavailable | CookiesError>
    /**
     * Asks for a use of a record of the operator's own measurement. Refused where it has other fields than the policy lists
     * (COOKIE-FIELDS), after its end (RET-COOKIE6M), and for any use that the policy does not name: a transfer to a third party
     * (COOKIE-NO3P), a reuse, a join with customer files (COOKIE-NOJOIN).
     */
    readonly useRecord: (operator: CustomerId, use: RecordUse) => Effect.Effect<void, Refusal | CookiesError>
  }
>()("@tacet/core/services/Cookies") {}

/** The service over the key store and the event store in force. */
export const layer: Layer.Layer<Cookies, never, KeyStore | EventStore> = Layer.effect(
  Cookies,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    const keyStore = yield* KeyStore

    const decide = (operator: CustomerId, command: CookieRegister.Command) =>
      decisions.enter(CookieRegister.aggregate, operator, command, (policy) => ({ policy }))

    const register = (operator: CustomerId) =>
      Effect.map(decisions.load(CookieRegister.aggregate, operator, operator), ({ state }) => state)

    const declaredNow = Effect.fnUntraced(function* (operator: CustomerId, name: Declared["name"]) {
      const at = yield* DateTime.now
      return CookieRegister.cookiesAt(yield* register(operator), at).find((cookie) => cookie.name === name)
    })

    const boundAt = Effect.fnUntraced(function* (operator: CustomerId, command: string, moment?: EpochMillis) {
      const at = yield* momentOrNow(command, moment)
      const policy = yield* Declarations.bound(yield* decisions.declared(operator), command, at)
      return { at, policy, today: Calendar.localDate(at, policy.timeZone) }
    })

    const visitorOf = (operator: CustomerId, visitor: string) =>
      Effect.map(KeyedIds.idOf(keyStore, operator, "visitor", visitor), (id) => id as VisitorChoice.VisitorToken)

    const choose = Effect.fnUntraced(function* (
      operator: CustomerId,
      visitor: string,
      _tag: VisitorChoice.Command["_tag"],
    ) {
      const command = { _tag, at: yield* DateTime.now }
      const target = { customer: operator, id: yield* visitorOf(operator, visitor) }
      yield* decisions.handleBy(VisitorChoice.aggregate, target, (state) => VisitorChoice.decide(state, command))
    })

    return Cookies.of({
      declare: Effect.fn("Cookies.declare")(decide),
      remove: Effect.fn("Cookies.remove")(function* (operator, name, options) {
        const at = yield* momentOrNow("RemoveCookie", options?.at)
        return yield* decide(operator, { _tag: "RemoveCookie", at, name })
      }),
      list: Effect.fn("Cookies.list")(function* (operator, moment) {
        const { at, policy } = yield* boundAt(operator, "ListCookies", moment)
        const state = yield* register(operator)
        const document = CookieRegister.documentAt(state, at)
        const cookies = CookieRegister.cookiesAt(state, at)
        return {
          cookies,
          violations: cookies.flatMap((cookie): ReadonlyArray<Violation> => {
            const judged = Check.declare(policy, cookie, document)
            if (Result.isSuccess(judged)) return []
            const { accepted, rule } = judged.failure
            return [{ rule, name: cookie.name, accepted }]
          }),
          document: policy.parameters.cookieRules === "inSeparateDocument" ? document?.document : undefined,
        }
      }),
      optOut: Effect.fn("Cookies.optOut")((operator, visitor) => choose(operator, visitor, "StopVendorMeasurement")),
      optIn: Effect.fn("Cookies.optIn")((operator, visitor) => choose(operator, visitor, "PermitVendorMeasurement")),
      mayRead: Effect.fn("Cookies.mayRead")(function* (operator, name, party) {
        const cookie = yield* declaredNow(operator, name)
        return cookie !== undefined && Check.canRead(cookie, party)
      }),
      mayMeasure: Effect.fn("Cookies.mayMeasure")(function* (operator, name, visitor) {
        const { policy } = yield* boundAt(operator, "MeasureVisitor")
        const cookie = yield* declaredNow(operator, name)
        if (cookie?.measurement !== "vendor") return cookie?.measurement === "own"
        const id = yield* visitorOf(operator, visitor)
        const { state } = yield* decisions.load(VisitorChoice.aggregate, operator, id)
        return Check.vendorMayMeasure(policy, state)
      }),
      useRecord: Effect.fn("Cookies.useRecord")(function* (operator, { at: moment, record, use }) {
        const { policy, today } = yield* boundAt(operator, "UseMeasurementRecord", moment)
        yield* Effect.fromResult(Check.useRecord(policy, use))
        yield* Effect.fromResult(Check.keepRecord(policy, record, today))
      }),
    })
  }),
)
