/**
 * An interaction as an engineer would write it by hand, with classes of Node alone: the commands of the recordings, decided by
 * the rules of `Interaction.decider`, refusals included. Moments are epoch milliseconds; a state is changed in place.
 */

/** What began an interaction. */
export type Trigger =
  | { readonly _tag: "outgoingCall" | "incomingCall"; readonly number: string }
  | { readonly _tag: "contactRequest"; readonly channel: string; readonly entryPoint: string }

interface Start {
  readonly trigger: Trigger
  readonly interface: string
  readonly scenario?: string
  readonly linkable: boolean
}

interface CallEnd {
  readonly call: string
  readonly talkSeconds: number
  readonly disposition: string
  readonly legs: number
}

/** A command. `at` is when it happened. */
export type Command =
  | ({ readonly _tag: "StartInteraction"; readonly at: number } & Start)
  | { readonly _tag: "InhibitCall"; readonly at: number }
  | { readonly _tag: "TakeStep"; readonly at: number; readonly step: string; readonly kind: string }
  | {
      readonly _tag: "PlaceCall"
      readonly at: number
      readonly call: string
      readonly number: string
      readonly asksForPerson: boolean
    }
  | {
      readonly _tag: "AnswerCall"
      readonly at: number
      readonly call: string
      readonly human: boolean | "unknown"
    }
  | ({ readonly _tag: "EndCall"; readonly at: number } & CallEnd)
  | { readonly _tag: "EndInteraction"; readonly at: number; readonly reason: string }

/** An event. */
export type Event =
  | ({ readonly type: "InteractionStarted"; readonly at: number; readonly policyVersion: string } & Start)
  | { readonly type: "CallInhibited"; readonly at: number }
  | { readonly type: "StepTaken"; readonly at: number; readonly step: string; readonly kind: string }
  | {
      readonly type: "CallPlaced"
      readonly at: number
      readonly call: string
      readonly number: string
      readonly asksForPerson: boolean
    }
  | {
      readonly type: "CallAnswered"
      readonly at: number
      readonly call: string
      readonly human: boolean | "unknown"
    }
  | ({ readonly type: "CallEnded"; readonly at: number } & CallEnd)
  | { readonly type: "InteractionEnded"; readonly at: number; readonly reason: string }

/** A command that is refused: by which rule, and for which of its fields. */
export class Refusal {
  readonly rule: string
  readonly command: string
  readonly field: string | undefined
  readonly accepted: string
  constructor(rule: string, command: Command, field: string | undefined, accepted: string) {
    this.rule = rule
    this.command = command._tag
    this.field = field
    this.accepted = accepted
  }
}

interface Listing {
  readonly from: number
  readonly to: number
}

/** What the Customer has declared, and the policies that bind it, oldest first. */
export interface Facts {
  /** The version of the Customer's stream at which this holds. */
  readonly version: number
  readonly numbers: ReadonlyMap<string, ReadonlyArray<Listing>>
  readonly entryPoints: ReadonlyMap<string, ReadonlyArray<Listing>>
  readonly scenarios: ReadonlyMap<string, ReadonlyArray<Scenario>>
  readonly policies: ReadonlyArray<Policy>
}

interface Scenario {
  readonly from: number
  /** The kind of each step. */
  readonly steps: ReadonlyMap<string, string>
}

interface Policy {
  readonly from: number
  readonly version: string
  readonly channels: ReadonlySet<string>
  readonly interceptions: ReadonlySet<string>
}

/** What decisions rest on beside the state. */
export interface Context {
  readonly facts: Facts
  readonly switchedOn: boolean
  readonly isPurged: (at: number) => boolean
}

interface Call {
  readonly placedAt: number
  readonly number: string
  readonly asksForPerson: boolean
  human: boolean | "unknown" | undefined
  answeredAt: number
  end: (CallEnd & { readonly at: number }) | undefined
}

/** An interaction so far. */
export class State {
  start: (Start & { readonly at: number }) | undefined
  lastActivity = 0
  endedAt = Number.NEGATIVE_INFINITY
  hasEnded = false
  isInhibited = false
  readonly calls = new Map<string, Call>()
}

/** The longest time after an interaction in which a call still belongs to it. */
export const longestWindow = 7 * 24 * 3_600_000

/** Applies an event. */
export const evolve = (state: State, event: Event): void => {
  switch (event.type) {
    case "InteractionStarted":
      state.start = event
      state.lastActivity = event.at
      break
    case "CallInhibited":
      state.isInhibited = true
      state.lastActivity = Math.max(state.lastActivity, event.at)
      break
    case "StepTaken":
      state.lastActivity = Math.max(state.lastActivity, event.at)
      break
    case "CallPlaced":
      state.calls.set(event.call, {
        placedAt: event.at,
        number: event.number,
        asksForPerson: event.asksForPerson,
        human: undefined,
        answeredAt: event.at,
        end: undefined,
      })
      break
    case "CallAnswered": {
      const call = state.calls.get(event.call)
      if (call === undefined) break
      call.human = event.human
      call.answeredAt = Math.max(call.answeredAt, event.at)
      break
    }
    case "CallEnded": {
      const call = state.calls.get(event.call)
      if (call !== undefined) call.end = event
      break
    }
    case "InteractionEnded":
      state.hasEnded = true
      state.endedAt = event.at
      break
  }
}

/** Decides a command: its event, `undefined` where the command repeats the present state, or a refusal. */
export const decide = (state: State, command: Command, context: Context): Event | Refusal | undefined => {
  const { at } = command
  const { facts } = context
  if (!context.switchedOn && command._tag !== "EndInteraction") {
    return new Refusal("SWITCH", command, undefined, "a device on which the person has left the technology on")
  }
  if (command._tag === "StartInteraction") return start(state, command, context)
  if (state.start === undefined) {
    return new Refusal("TACET-STARTED", command, undefined, "an interaction that has started")
  }
  if (at < state.start.at) {
    return new Refusal("TACET-TIME", command, "at", "a moment at or after the start of the interaction")
  }
  switch (command._tag) {
    case "PlaceCall":
      return placeCall(state, command, facts)
    case "AnswerCall": {
      const call = state.calls.get(command.call)
      if (call === undefined) return new Refusal("TACET-CALL", command, "call", "a call that was placed")
      if (at < call.placedAt) return new Refusal("TACET-TIME", command, "at", "a moment after the call was placed")
      if (call.human !== undefined && likelihood(command.human) <= likelihood(call.human)) return undefined
      if (call.end !== undefined) return new Refusal("TACET-CALL", command, "call", "a call that has not ended")
      return { type: "CallAnswered", at, call: command.call, human: command.human }
    }
    case "EndCall":
      return endCall(state, command)
    case "EndInteraction":
      if (state.hasEnded) return undefined
      return at < state.lastActivity
        ? new Refusal("TACET-TIME", command, "at", "a moment at or after all that was seen of the interaction")
        : { type: "InteractionEnded", at, reason: command.reason }
    case "InhibitCall": {
      if (state.hasEnded) return afterEnd(command)
      if (state.isInhibited) return undefined
      const { trigger } = state.start
      if (trigger._tag !== "outgoingCall" || !isListed(facts.numbers.get(trigger.number), at)) {
        return new Refusal("INHIBIT", command, undefined, "an outgoing call to a listed number")
      }
      return policyAt(facts, at)?.interceptions.has("inhibitOutgoingCall") === true
        ? { type: "CallInhibited", at }
        : new Refusal("INHIBIT", command, undefined, "a policy under which outgoing calls are inhibited")
    }
    case "TakeStep": {
      if (state.hasEnded) return afterEnd(command)
      const scenario = state.start.scenario === undefined ? undefined : scenarioAt(facts, state.start.scenario, at)
      if (scenario !== undefined) {
        const kind = scenario.steps.get(command.step)
        if (kind === undefined) return new Refusal("RECORDED", command, "step", "a step that the scenario declares")
        if (kind !== command.kind) return new Refusal("RECORDED", command, "kind", "the kind of the declared step")
      }
      return { type: "StepTaken", at, step: command.step, kind: command.kind }
    }
  }
}

type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

const start = (
  state: State,
  command: CommandOf<"StartInteraction">,
  { facts, isPurged }: Context,
): Event | Refusal | undefined => {
  const { at, interface: shown, linkable, scenario, trigger } = command
  if (state.start !== undefined) {
    const known = state.start
    const isSame =
      known.at === at &&
      known.interface === shown &&
      known.linkable === linkable &&
      known.scenario === scenario &&
      isSameTrigger(known.trigger, trigger)
    return isSame ? undefined : new Refusal("TRIGGER", command, "trigger", "one trigger for each interaction")
  }
  if (isPurged(at)) return new Refusal("RET-NEC", command, "at", "a moment of a day that was not purged")
  const listings =
    trigger._tag === "contactRequest" ? facts.entryPoints.get(trigger.entryPoint) : facts.numbers.get(trigger.number)
  if (!isListed(listings, at)) return new Refusal("LISTED", command, "trigger", "a listed number or entry point")
  const policy = policyAt(facts, at)
  if (policy === undefined) return new Refusal("POLICY-BIND", command, "at", "a moment bound by a policy version")
  if (!policy.channels.has(trigger._tag === "contactRequest" ? trigger.channel : trigger._tag)) {
    return new Refusal("TRIGGER", command, "trigger", "one of the policy's channels")
  }
  if (scenario !== undefined && scenarioAt(facts, scenario, at) === undefined) {
    return new Refusal("RECORDED", command, "scenario", "a scenario that was published by that moment")
  }
  return {
    type: "InteractionStarted",
    at,
    trigger,
    interface: shown,
    ...(scenario === undefined ? {} : { scenario }),
    linkable,
    policyVersion: policy.version,
  }
}

const placeCall = (state: State, command: CommandOf<"PlaceCall">, facts: Facts): Event | Refusal | undefined => {
  const { asksForPerson, at, call, number } = command
  const known = state.calls.get(call)
  if (known !== undefined) {
    const isSame = known.placedAt === at && known.number === number && known.asksForPerson === asksForPerson
    return isSame ? undefined : new Refusal("TACET-ONCE", command, "call", "a call that was not placed yet")
  }
  if (!isListed(facts.numbers.get(number), at)) return new Refusal("LISTED", command, "number", "a listed number")
  if (at > Math.max(state.lastActivity, state.endedAt) + longestWindow) {
    return new Refusal("TACET-WINDOW", command, "at", "a call within seven days of the interaction")
  }
  return { type: "CallPlaced", at, call, number, asksForPerson }
}

const endCall = (state: State, command: CommandOf<"EndCall">): Event | Refusal | undefined => {
  const { at, call, disposition, legs, talkSeconds } = command
  const known = state.calls.get(call)
  if (known === undefined) return new Refusal("TACET-CALL", command, "call", "a call that was placed")
  if (at < known.placedAt) return new Refusal("TACET-TIME", command, "at", "a moment after the call was placed")
  const { end } = known
  if (end !== undefined) {
    const isSame =
      end.at === at && end.talkSeconds === talkSeconds && end.disposition === disposition && end.legs === legs
    return isSame ? undefined : new Refusal("TACET-ONCE", command, "call", "a call that has not ended")
  }
  return at < known.answeredAt
    ? new Refusal("TACET-TIME", command, "at", "a moment at or after the call was answered")
    : { type: "CallEnded", at, call, talkSeconds: talkSeconds + 0, disposition, legs }
}

const afterEnd = (command: Command): Refusal =>
  new Refusal("TACET-ENDED", command, undefined, "calls that belong to the interaction")

const likelihood = (human: boolean | "unknown"): number => (human === true ? 2 : human === "unknown" ? 1 : 0)

const isListed = (listings: ReadonlyArray<Listing> | undefined, at: number): boolean =>
  listings !== undefined && listings.some(({ from, to }) => from <= at && at < to)

const scenarioAt = (facts: Facts, scenario: string, at: number): Scenario | undefined =>
  facts.scenarios.get(scenario)?.findLast(({ from }) => from <= at)

const policyAt = (facts: Facts, at: number): Policy | undefined => facts.policies.findLast(({ from }) => from <= at)

const isSameTrigger = (one: Trigger, other: Trigger): boolean =>
  one._tag === "contactRequest"
    ? other._tag === "contactRequest" && one.channel === other.channel && one.entryPoint === other.entryPoint
    : other._tag === one._tag && one.number === other.number
