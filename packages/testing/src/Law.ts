/**
 * A conformance suite is data: a list of laws. A law is one promise of a port and a program that finds out whether a
 * store keeps it. Who runs a law, and with which test runner, is the matter of `Suite`.
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

/** One promise of a port. */
export interface Law<Fixture> {
  /** What the law is about, such as `purge`. */
  readonly chapter: string
  /** The promise, as a sentence; unique in its suite. */
  readonly name: string
  /** Succeeds where the store keeps the promise. */
  readonly check: (fixture: Fixture) => Effect.Effect<void, LawBroken>
}

/** A store has broken a law. The message holds ids and numbers, never a payload. */
export class LawBroken extends Data.TaggedError("LawBroken")<{
  readonly law: string
  readonly expected: string
  readonly seen: string
  /** What the store died of, where it did. */
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Law "${this.law}" is broken. Expected: ${this.expected}. Seen: ${this.seen.replace(/\.$/, "")}.`
  }
}

/** How thorough and how patient the laws are. */
export interface Settings {
  /** How long an event may take to reach a subscriber, in milliseconds. Default 5,000. */
  readonly patience: number
  /** How long one law may take, in milliseconds. Default 60,000. */
  readonly timeout: number
  /** How many random histories the model laws try. Default 60. */
  readonly runs: number
  /** Where random histories start from. The default is fixed, so that a red run stays red; a failure names it. */
  readonly seed: number
  /** How many writers the concurrency laws set to work at once. Default 8. */
  readonly writers: number
}

/** What the settings are where nothing is said. */
export const defaultSettings: Settings = { patience: 5_000, timeout: 60_000, runs: 60, seed: 20_261, writers: 8 }

/** The settings in force, for the programs of laws. */
export const CurrentSettings: Context.Reference<Settings> = Context.Reference<Settings>(
  "@tacet/testing/Law/CurrentSettings",
  { defaultValue: () => defaultSettings },
)

/** Something is not as the law says; the law that was being checked turns it into `LawBroken`. */
export class Deviation extends Data.TaggedError("Deviation")<{ readonly expected: string; readonly seen: string }> {
  override get message(): string {
    return `Expected: ${this.expected}. Seen: ${this.seen.replace(/\.$/, "")}.`
  }
}

/** What a law is made of: the promise and a program over the services of a fixture's layer. */
export interface Definition<Services> {
  readonly name: string
  /** Any failure but success breaks the law. */
  readonly program: Effect.Effect<void, unknown, Services | Scope.Scope>
}

/** Makes the laws of a chapter: each program gets a store of its own, built for it and closed after it. */
export const chapter = <Fixture, Services>(
  name: string,
  layerOf: (fixture: Fixture) => Layer.Layer<Services, unknown>,
  definitions: ReadonlyArray<Definition<Services>>,
): ReadonlyArray<Law<Fixture>> =>
  definitions.map((definition) =>
    make(name, definition.name, (fixture) =>
      Effect.provide(Effect.scoped(definition.program), layerOf(fixture), { local: true }),
    ),
  )

/** Makes a law whose program sees to its stores itself. */
export const make = <Fixture>(
  chapter: string,
  name: string,
  program: (fixture: Fixture) => Effect.Effect<void, unknown>,
): Law<Fixture> => ({
  chapter,
  name,
  check: Effect.fnUntraced(function* (fixture: Fixture): Effect.fn.Return<void, LawBroken> {
    const { timeout } = yield* CurrentSettings
    const exit = yield* program(fixture).pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () =>
          Effect.fail(new Deviation({ expected: `an answer within ${timeout} ms`, seen: "none: something hangs" })),
      }),
      // A law may be run within a test whose clock stands still.
      Effect.provideService(Clock.Clock, Clock.Clock.defaultValue()),
      Effect.exit,
    )
    if (Exit.isFailure(exit)) return yield* broken(name, exit.cause)
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
  // `JSON.stringify(undefined)` is no text.
  const shown = (text as string | undefined) ?? "nothing"
  return shown.length > 600 ? `${shown.slice(0, 600)}…` : shown
}

const broken = (law: string, cause: Cause.Cause<unknown>): LawBroken => {
  const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (failure instanceof Deviation) return new LawBroken({ law, expected: failure.expected, seen: failure.seen })
  const expected = "the store to answer as the port says"
  const error: unknown = failure ?? Cause.squash(cause)
  const name = error instanceof Error ? error.name : typeof error
  return failure === undefined
    ? new LawBroken({ law, expected, seen: `a defect or an interruption (${name})`, cause: error })
    : new LawBroken({ law, expected, seen: `a failure with ${name}: ${messageOf(failure)}`, cause: error })
}

/** The messages of the ports' errors hold ids and versions only; of others, nothing is said. */
const messageOf = (error: unknown): string =>
  error instanceof Error && "_tag" in error ? error.message : "see the cause"
