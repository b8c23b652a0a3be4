/**
 * Looks up the facts on which a decision about an interaction rests, and the checks that they still hold when the
 * decision is appended.
 */
import * as Clock from "effect/Clock"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Customer from "../../domain/Customer.ts"
import * as DeviceSwitch from "../../domain/DeviceSwitch.ts"
import type * as Interaction from "../../domain/Interaction.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { Required } from "../switches/settings.ts"
import { check, type Declared } from "./Declarations.ts"
import * as Decisions from "./Decisions.ts"
import * as Kept from "./Kept.ts"
import * as ProcessingEntries from "./ProcessingEntries.ts"
import * as PurgedDays from "./PurgedDays.ts"
import * as RetentionEnds from "./RetentionEnds.ts"

/** Which commands collect data: each datum needs an end. */
const collecting: ReadonlySet<Interaction.Command["_tag"]> = new Set([
  "StartInteraction",
  "ObserveTerminal",
  "EnterInput",
  "AnswerSurvey",
])

/** The switches of the person's device. An answer of the caller can only add to those that `Switches` has recorded. */
export interface Switches {
  /** The application on the device, whose recorded switches decide (SWITCH, GEO-SWITCH): `Switches.deviceOf`. */
  readonly device?: DeviceSwitch.DeviceToken
  /** Whether the person has left the technology switched on (SWITCH). Default: true. */
  readonly switchedOn?: boolean
  /** Whether the person has left the location switched on in this application (GEO-SWITCH). Default: true. */
  readonly locationOn?: boolean
}

/** The facts on which a decision about an interaction rests, and the checks that they still hold. */
interface Facts extends Omit<CommandHandler.Prepared<Interaction.Command, Interaction.Context>, "commands"> {
  readonly declared: Declared
}

/** Looks up facts over one event store, and caches the declarations of Customers. */
export interface Recorder {
  readonly decisions: Decisions.Decisions
  /**
   * Looks up the facts for commands. `collects` says that the caller seals the values that they name. With `afresh`, the
   * Customer's declarations are read again, because the cached ones no longer hold.
   */
  readonly prepare: (
    customer: CustomerId,
    commands: ReadonlyArray<Pick<Interaction.Command, "_tag" | "at">>,
    switches: Switches,
    options: { readonly afresh: boolean; readonly collects: boolean },
  ) => Effect.Effect<Facts, ReadError | UndecodableEvent>
}

/** How much is kept in memory with the declarations of a Customer. */
const weightOf = ({ state }: Declared): number =>
  50 +
  [state.numbers, state.entryPoints, state.scenarios, state.fields, state.statistics, state.acceptances].reduce(
    (sum, { size }) => sum + size,
    0,
  )

/** A recorder over the event store in force. */
export const make: Effect.Effect<Recorder, never, EventStore> = Effect.gen(function* () {
  const store = yield* EventStore
  const decisions = yield* Decisions.make
  const isDeviceRequired = yield* Required
  const most = (yield* Kept.Memory).declarations
  const declarations = Kept.make<CustomerId, Declared>(most, weightOf)
  const retentions = Kept.make<
    CustomerId,
    { readonly declared: Declared; readonly retention: RetentionEnds.Retention }
  >(most, ({ declared }) => weightOf(declared))

  const load = (customer: CustomerId) =>
    Effect.tap(decisions.declared(customer), (declared) =>
      Effect.sync(() => {
        // Two may load at once, and the older answer may come last.
        const known = declarations.get(customer)
        const isNewer =
          known === undefined ||
          known.version < declared.version ||
          (known.version === declared.version && known.archive < declared.archive)
        if (isNewer) declarations.set(customer, declared)
      }),
    )

  /** How long data are kept, read once with the declarations that they rest on. */
  const retentionBy = Effect.fnUntraced(function* (customer: CustomerId, declared: Declared) {
    const known = retentions.get(customer)
    if (known?.declared === declared) return known.retention
    const retention = yield* RetentionEnds.lookUp(decisions, customer, declared)
    retentions.set(customer, { declared, retention })
    return retention
  })

  /** Whether nothing was appended to the streams that were read. */
  const hold = (customer: CustomerId, read: ReadonlyArray<{ readonly stream: StreamId; readonly version: number }>) =>
    Effect.gen(function* () {
      for (const { stream, version } of read) {
        const page = yield* store.readStream(customer, stream, { after: version, limit: 1 })
        if (page.version !== version) return false
      }
      return true
    })

  // An archive is of another compartment, so no commit checks it: each call reads whether it has changed.
  const isArchiveKnown = (customer: CustomerId, { archive }: Declared) =>
    Effect.map(decisions.archives.of(customer), (found) => (found?.version ?? 0) === archive)

  const prepare: Recorder["prepare"] = Effect.fnUntraced(function* (customer, commands, switches, options) {
    const { device, locationOn = true, switchedOn = true } = switches
    const now = yield* Clock.currentTimeMillis
    const { afresh, collects } = options
    if (afresh) declarations.forget(customer)
    const known = declarations.get(customer)
    const cached = known !== undefined && (yield* isArchiveKnown(customer, known)) ? known : undefined
    const declared = cached ?? (yield* load(customer))
    const purged = yield* PurgedDays.lookUp(store, customer, declared, commands, now)
    const retention =
      decisions.isRetentionElsewhere || !commands.some(({ _tag }) => collecting.has(_tag))
        ? undefined
        : yield* retentionBy(customer, declared)
    const entries = commands.some(({ _tag }) => _tag === "StartInteraction")
      ? yield* ProcessingEntries.lookUp(decisions, customer, declared)
      : undefined
    const switched = device === undefined ? undefined : yield* decisions.load(DeviceSwitch.aggregate, customer, device)
    const own = { stream: Customer.streamOf(customer), version: declared.version }
    return {
      declared,
      context: {
        customer: declared.state,
        policyAt: declared.policyAt,
        now,
        collects,
        switchedOn: switchedOn && (device !== undefined || !isDeviceRequired),
        locationOn,
        ...(switched === undefined ? {} : { switches: switched.state }),
        ...(retention === undefined ? {} : { withoutEnd: retention.withoutEnd }),
        ...(entries === undefined
          ? {}
          : { missingEntry: (category: PersonalDataCategory, at: DateTime.Utc) => entries.missing(category, [], at) }),
        isPurged: purged.isPurged,
      },
      checks: [
        check(customer, declared),
        ...(retention === undefined ? [] : [RetentionEnds.check(retention)]),
        ...(entries === undefined ? [] : [entries.check]),
        ...(device === undefined || switched === undefined
          ? []
          : [{ stream: DeviceSwitch.streamOf(device), expected: Expected.exact(switched.version) }]),
        ...purged.checks,
      ],
      ...(cached === undefined
        ? {}
        : {
            holds: Effect.zipWith(
              hold(customer, retention === undefined ? [own] : [own, retention]),
              isArchiveKnown(customer, declared),
              (isSame, isKnown) => isSame && isKnown,
            ),
          }),
    }
  })

  return { decisions, prepare }
})
