/**
 * A conformance suite is data: a list of properties. A property is one promise of a port with a program that checks whether
 * an adapter keeps it. `Suite` runs properties, under a test runner or without one.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

/** One promise of a port, with its check. */
export interface Property<Fixture> {
  /** Its subject, such as `purge`. */
  readonly chapter: string
  /** The promise, as a sentence; unique in its suite. */
  readonly name: string
  /** Succeeds where the store keeps the promise. */
  readonly check: (fixture: Fixture) => Effect.Effect<void, PropertyViolated>
}

/** An adapter violates a property. The message holds ids and numbers, never a payload. */
export class PropertyViolated extends Data.TaggedError("PropertyViolated")<{
  readonly property: string
  readonly expected: string
  readonly seen: string
  /** The failure or defect of the adapter, if there was one. */
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Property "${this.property}" is violated. Expected: ${this.expected}. Seen: ${this.seen.replace(/\.$/, "")}.`
  }
}

/** How thorough and how patient the properties are. */
export interface Settings {
  /** How long an event may take to reach a subscriber, in milliseconds. Default 5,000. */
  readonly patience: number
  /** How long one property may take, in milliseconds. Default 60,000. */
  readonly timeout: number
  /** How many random histories the model properties try. Default 60. */
  readonly runs: number
  /** Where random histories start from. The default is fixed, so that a red run stays red; a failure names it. */
  readonly seed: number
  /** How many writers the concurrency properties set to work at once. Default 8. */
  readonly writers: number
}

/** The settings by default. */
export const defaultSettings: Settings = { patience: 5_000, timeout: 60_000, runs: 60, seed: 20_261, writers: 8 }

/** The settings in force, for the programs of properties. */
export const CurrentSettings: Context.Reference<Settings> = Context.Reference<Settings>(
  "@tacet/testing/Property/CurrentSettings",
  { defaultValue: () => defaultSettings },
)

/** A difference that a check has found; the property turns it into `PropertyViolated`. */
export class Deviation extends Data.TaggedError("Deviation")<{ readonly expected: string; readonly seen: string }> {
  override get message(): string {
    return `Expected: ${this.expected}. Seen: ${this.seen.replace(/\.$/, "")}.`
  }
}

/** The parts of a property: the promise and a program over the services of a fixture's layer. */
export interface Definition<Services> {
  readonly name: string
  /** Any failure violates the property. */
  readonly program: Effect.Effect<void, unknown, Services | Scope.Scope>
}

/** Makes the properties of a chapter: each program gets a store of its own, built for it and closed after it. */
export const chapter = <Fixture, Services>(
  name: string,
  layerOf: (fixture: Fixture) => Layer.Layer<Services, unknown>,
  definitions: ReadonlyArray<Definition<Services>>,
): ReadonlyArray<Property<Fixture>> =>
  definitions.map((definition) =>
    make(name, definition.name, (fixture) =>
      Effect.provide(Effect.scoped(definition.program), layerOf(fixture), { local: true }),
    ),
  )

/** Makes a property whose program builds its stores itself. */
export const make = <Fixture>(
  chapter: string,
  name: string,
  program: (fixture: Fixture) => Effect.Effect<void, unknown>,
): Property<Fixture> => ({
  chapter,
  name,
  check: Effect.fnUntraced(function* (fixture: Fixture): Effect.fn.Return<void, PropertyViolated> {
    const { timeout } = yield* CurrentSettings
    const exit = yield* program(fixture).pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () =>
          Effect.fail(new Deviation({ expected: `an answer within ${timeout} ms`, seen: "none: something hangs" })),
      }),
      // A property may be checked within a test whose clock does not move.
      Effect.provideService(Clock.Clock, Clock.Clock.defaultValue()),
      Effect.exit,
    )
    if (Exit.isFailure(exit)) return yield* violationOf(name, exit.cause)
  }),
})

/** Passes where two plain values are structurally equal. */
export const same = <A>(what: string, seen: A, expected: NoInfer<A>): Effect.Effect<void, Deviation> =>
  Equal.equals(seen, expected)
    ? Effect.void
    : Effect.fail(new Deviation({ expected: `${what} ${show(expected)}`, seen: show(seen) }))

/** Passes where the condition holds; `seen` is shown where it does not. */
export const holds = (what: string, condition: boolean, seen: unknown): Effect.Effect<void, Deviation> =>
  condition ? Effect.void : Effect.fail(new Deviation({ expected: what, seen: show(seen) }))

/** A value as failure messages show it: payloads and states by their length only. */
export const show = (value: unknown): string => {
  const text = JSON.stringify(value, (key, part: unknown) => {
    if ((key === "data" || key === "state") && typeof part === "string") return `<${part.length} characters>`
    if (part instanceof Map) return Object.fromEntries(part)
    return part
  })
  // `JSON.stringify(undefined)` is not a string.
  const shown = (text as string | undefined) ?? "nothing"
  return shown.length > 600 ? `${shown.slice(0, 600)}…` : shown
}

const violationOf = (property: string, cause: Cause.Cause<unknown>): PropertyViolated => {
  const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (failure instanceof Deviation)
    return new PropertyViolated({ property, expected: failure.expected, seen: failure.seen })
  const expected = "the store to answer as the port says"
  const error: unknown = failure ?? Cause.squash(cause)
  const name = error instanceof Error ? error.name : typeof error
  return failure === undefined
    ? new PropertyViolated({ property, expected, seen: `a defect or an interruption (${name})`, cause: error })
    : new PropertyViolated({ property, expected, seen: `a failure with ${name}: ${messageOf(failure)}`, cause: error })
}

/** The messages of the ports' errors hold ids and versions only; of other errors nothing is shown. */
const messageOf = (error: unknown): string =>
  error instanceof Error && "_tag" in error ? error.message : "see the cause"
