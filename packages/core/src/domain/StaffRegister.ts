/**
 * The staff of an operator or a Customer who may read personal data: the roles that each member holds, and the missions for
 * which they read (AUTHZ, NEED). Members are ids; whose they are is known elsewhere.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import { Purpose } from "../policy/text/parameters/purposes.ts"
import { StaffRole } from "./Identifier.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of the register's stream. */
export const streamKind = "staff-register"

/** The stream of the register in a compartment. */
export const streamOf = (compartment: CustomerId): StreamId => ({ kind: streamKind, id: compartment })

// Values

/** A mission for which a member of the staff reads personal data. */
export const MissionId = Uuid.pipe(Schema.brand("MissionId"))
export type MissionId = typeof MissionId.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A member holds a role from now on. */
export const RoleGranted = Schema.TaggedStruct("RoleGranted", { occurredAt, member: Uuid, role: StaffRole })
/** A member holds the role no longer. */
export const RoleRevoked = Schema.TaggedStruct("RoleRevoked", { occurredAt, member: Uuid, role: StaffRole })
/** A member reads personal data for these purposes from now on. */
export const MissionOpened = Schema.TaggedStruct("MissionOpened", {
  occurredAt,
  mission: MissionId,
  member: Uuid,
  purposes: Schema.Array(Purpose),
})
/** The mission is over. */
export const MissionClosed = Schema.TaggedStruct("MissionClosed", { occurredAt, mission: MissionId })

/** How the events of the register are stored. */
export const codec = EventCodec.make(streamKind, [RoleGranted, RoleRevoked, MissionOpened, MissionClosed])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A time, in epoch milliseconds; `to` is exclusive. */
interface Span {
  readonly from: number
  readonly to: number
}

/** A mission of a member. */
export interface Mission extends Span {
  readonly mission: MissionId
  readonly member: Uuid
  readonly purposes: ReadonlyArray<Purpose>
}

/** All roles and missions, in the order of their beginnings. */
export interface State {
  readonly roles: ReadonlyArray<Span & { readonly member: Uuid; readonly role: StaffRole }>
  readonly missions: ReadonlyArray<Mission>
  /** The moment of the last entry. */
  readonly lastAt: number
}

/** The register before its first entry. */
export const initial: State = { roles: [], missions: [], lastAt: Number.NEGATIVE_INFINITY }

const isWithin = ({ from, to }: Span, at: number): boolean => from <= at && at < to

/**
 * The roles that a member holds at a moment.
 *
 * @example
 * ```ts
 * import { StaffRegister } from "@tacet/core/domain"
 * import type { Uuid } from "@tacet/core/eventsourcing"
 * import * as DateTime from "effect/DateTime"
 *
 * const member = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Uuid.Uuid
 * const roles = StaffRegister.rolesAt(StaffRegister.initial, member, DateTime.makeUnsafe(0)) // => []
 * ```
 */
export const rolesAt = ({ roles }: State, member: Uuid, at: DateTime.Utc): ReadonlyArray<StaffRole> =>
  roles.filter((held) => held.member === member && isWithin(held, DateTime.toEpochMillis(at))).map(({ role }) => role)

/** The missions of a member that are open at a moment. */
export const missionsAt = ({ missions }: State, member: Uuid, at: DateTime.Utc): ReadonlyArray<Mission> =>
  missions.filter((mission) => mission.member === member && isWithin(mission, DateTime.toEpochMillis(at)))

// Evolve

const evolve = (state: State, event: Event): State => {
  const from = DateTime.toEpochMillis(event.occurredAt)
  const entered = { ...state, lastAt: from }
  switch (event._tag) {
    case "RoleGranted": {
      const { member, role } = event
      return { ...entered, roles: [...state.roles, { member, role, from, to: Infinity }] }
    }
    case "RoleRevoked": {
      const { member, role } = event
      const roles = state.roles.map((held) =>
        held.member === member && held.role === role && held.to === Infinity ? { ...held, to: from } : held,
      )
      if (roles.some((held) => held.member === member && held.to === Infinity)) return { ...entered, roles }
      // Without a role there is no mission: a new role does not bring an old one back.
      const isOver = (mission: Mission) => mission.member === member && mission.to === Infinity
      return { ...entered, roles, missions: state.missions.map((one) => (isOver(one) ? { ...one, to: from } : one)) }
    }
    case "MissionOpened": {
      const { member, mission, purposes } = event
      return { ...entered, missions: [...state.missions, { mission, member, purposes, from, to: Infinity }] }
    }
    case "MissionClosed":
      return {
        ...entered,
        missions: state.missions.map((one) => (one.mission === event.mission ? { ...one, to: from } : one)),
      }
  }
}

// Commands

const at = Schema.DateTimeUtc

/** The commands on the register. */
export const Command = Schema.Union([
  Schema.TaggedStruct("GrantRole", { at, member: Uuid, role: StaffRole }),
  Schema.TaggedStruct("RevokeRole", { at, member: Uuid, role: StaffRole }),
  Schema.TaggedStruct("OpenMission", { at, mission: MissionId, member: Uuid, purposes: Schema.Array(Purpose) }),
  Schema.TaggedStruct("CloseMission", { at, mission: MissionId }),
])
export type Command = typeof Command.Type

// Decide

const decide = (state: State, command: Command): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt } = command
  const decided = decideEntry(state, command)
  return decided !== nothing && DateTime.toEpochMillis(occurredAt) < state.lastAt
    ? refuse("TACET-TIME", command, "at", "a moment at or after the last entry")
    : decided
}

const decideEntry = (state: State, command: Command): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt } = command
  const holds = (member: Uuid, role?: StaffRole) =>
    state.roles.some(
      (held) => held.member === member && held.to === Infinity && (role === undefined || held.role === role),
    )
  switch (command._tag) {
    case "GrantRole":
    case "RevokeRole": {
      const { member, role } = command
      const granted = command._tag === "GrantRole"
      if (holds(member, role) === granted) return nothing
      return record({ _tag: granted ? "RoleGranted" : "RoleRevoked", occurredAt, member, role })
    }
    case "OpenMission": {
      const { member, mission, purposes } = command
      const known = state.missions.find((one) => one.mission === mission)
      if (known !== undefined) {
        return known.member === member && String(known.purposes) === String(purposes)
          ? nothing
          : refuse("TACET-ONCE", command, "mission", "a mission of its own for each member and purpose")
      }
      if (!holds(member)) return refuse("AUTHZ", command, "member", "a member who holds a role: send GrantRole first")
      return purposes.length === 0
        ? refuse("NEED", command, "purposes", "the purposes that need the reading")
        : record({ _tag: "MissionOpened", occurredAt, mission, member, purposes })
    }
    case "CloseMission": {
      const known = state.missions.find(({ mission }) => mission === command.mission)
      if (known === undefined) return refuse("NEED", command, "mission", "a mission that was opened")
      return known.to === Infinity ? record({ _tag: "MissionClosed", occurredAt, mission: command.mission }) : nothing
    }
  }
}

/** The decider of the register. */
export const decider: Decider<State, Command, Event, undefined> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
