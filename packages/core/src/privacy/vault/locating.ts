/**
 * Locates subjects by an identifier and a time: locators are keyed tokens, of each calendar month under a key of its own.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Access, AccessOutcome } from "../AccessLog.ts"
import { bytesOf, hexadecimalOf } from "../Encryption.ts"
import * as Identifiers from "../Identifiers.ts"
import type { SubjectId } from "../Subject.ts"
import { requireIds, requireMoments } from "./fitting.ts"
import { again, type Keyrings } from "./keyrings.ts"
import { recording } from "./opening.ts"
import type { Ports } from "./Ports.ts"

/** An identifier that was seen. */
export interface Observation {
  readonly customer: CustomerId
  readonly subject: SubjectId
  readonly identifier: Identifiers.Identifier
  readonly validFrom: EpochMillis
  /** Exclusive; `undefined`: until further notice. */
  readonly validTo: EpochMillis | undefined
  readonly retentionEnd: EpochMillis | undefined
  /** When it was seen: the periods of its category are counted from then. Default: only its own end ends it. */
  readonly collectedAt?: EpochMillis
}

/** A request to locate the subjects to which an identifier belonged within `[from, to)`. */
export interface ToLocate extends Access {
  readonly customer: CustomerId
  readonly identifier: Identifiers.Identifier
  readonly from: EpochMillis
  readonly to: EpochMillis
}

/** The period under whose key the locators of a moment are made: its calendar month in UTC, such as `2026-03`. */
const periodOf = (at: EpochMillis): string => {
  const written = DateTime.makeUnsafe(Math.min(Math.max(at, firstPeriod), lastPeriod))
  return DateTime.formatIso(written).slice(0, "2026-03".length)
}

// The first and the last moment of a year of four digits, in which periods are ordered as texts.
const firstPeriod = -62_167_219_200_000
const lastPeriod = 253_402_300_799_999

/** Keeps locators and finds subjects by them. */
export const locating = (ports: Ports, { live, recorded }: Keyrings) => {
  const { keyStore, policy, store } = ports
  const record = recording(ports)

  const tokenOf = Effect.fnUntraced(function* (
    customer: CustomerId,
    period: string,
    identifier: Identifiers.Identifier,
    canonical: string,
  ) {
    return hexadecimalOf(
      yield* keyStore.token(customer, period, bytesOf(`tacet-locator-1|${identifier.kind}|${canonical}`)),
    )
  })

  const observe = Effect.fn("Vault.observe")(function* (observation: Observation) {
    const { collectedAt, customer, identifier, retentionEnd, subject, validFrom, validTo } = observation
    const canonical = yield* Effect.fromResult(Identifiers.normalise(identifier, yield* Identifiers.TelephoneNumbers))
    yield* requireIds("ObserveIdentifier", { customer, subject })
    yield* requireMoments("ObserveIdentifier", { validFrom, validTo, retentionEnd, collectedAt })
    yield* live(customer, subject)
    const period = periodOf(validFrom)
    const token = yield* tokenOf(customer, period, identifier, canonical)
    const collected = collectedAt === undefined ? undefined : { category: identifier.kind, at: collectedAt }
    const locators = [{ subject, token, period, validFrom, validTo, retentionEnd, collected }]
    yield* again(store.put(customer, subject, { locators }))
  })

  const locate = Effect.fn("Vault.locate")(function* (request: ToLocate) {
    const { customer, from, identifier, to } = request
    const category = identifier.kind
    const note = (outcome: AccessOutcome) => record(request, customer, { reference: undefined, category, outcome })
    const at = yield* Clock.currentTimeMillis
    yield* requireIds("LocateSubject", { customer, actor: request.actor.id, matter: request.matter })
    yield* requireMoments("LocateSubject", { from, to })
    const canonical = yield* Effect.fromResult(Identifiers.normalise(identifier, yield* Identifiers.TelephoneNumbers))
    yield* Effect.tapError(policy.check({ customer, access: request, category, declared: undefined, at }), () =>
      note("refused"),
    )
    // An earlier observation may be valid until further notice; one that begins after the range does not overlap it.
    const periods = (yield* keyStore.periods(customer)).filter((period) => from < to && period <= periodOf(to - 1))
    const tokens = yield* Effect.forEach(periods, (period) =>
      // A period that is closed at this moment has no locators any more.
      Effect.catchTag(Effect.asSome(tokenOf(customer, period, identifier, canonical)), "PeriodClosed", () =>
        Effect.succeed(Option.none<string>()),
      ),
    )
    const subjects = yield* store.locate(customer, tokens.flatMap(Option.toArray), { from, to, at })
    const known = yield* Effect.filter(subjects, (subject) => Effect.map(recorded(customer, subject), Option.isNone))
    yield* note("located")
    return known
  })

  return { observe, locate }
}
