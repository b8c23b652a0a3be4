/**
 * The same figures counted by SQL alone: nothing of the projection, its codec or its states has a part in them.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** The counts. */
export interface Counts {
  readonly started: number
  readonly calls: number
  readonly legs: number
  readonly effectiveCalls: number
  /** Calls placed although the triggering one had been held back, by interaction. */
  readonly overrodeInhibition: number
  /** Steps in all journeys, and distinct journeys. */
  readonly steps: number
  readonly journeys: number
  readonly overflow: number
  readonly byDay: ReadonlyArray<readonly [day: string, started: number]>
}

const tallies = `
  SELECT count(*) FILTER (WHERE event_type = 'InteractionStarted')::int,
    count(*) FILTER (WHERE event_type = 'CallPlaced')::int,
    (sum((data->>'legs')::int) FILTER (WHERE event_type = 'CallEnded'))::int,
    count(*) FILTER (WHERE event_type = 'CallEnded' AND (data->>'talkSeconds')::float > 0)::int
  FROM tacet.event WHERE customer_id = $1::uuid`

// In this history no step follows a first call, and no step repeats the one before it: a journey is all steps.
const journeys = `
  SELECT count(DISTINCT journey)::int, sum(steps)::int, (count(*) FILTER (WHERE held AND called))::int FROM (
    SELECT md5(string_agg(data->>'step', ' ' ORDER BY version) FILTER (WHERE event_type = 'StepTaken')) AS journey,
      count(*) FILTER (WHERE event_type = 'StepTaken') AS steps,
      bool_or(event_type = 'CallInhibited') AS held, bool_or(event_type = 'CallPlaced') AS called
    FROM tacet.event WHERE customer_id = $1::uuid GROUP BY stream_id
  ) i`

const days = `
  SELECT to_char(to_timestamp(occurred_at / 1000.0) AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'), count(*)::int
  FROM tacet.event WHERE customer_id = $1::uuid AND event_type = 'InteractionStarted' GROUP BY 1 ORDER BY 1`

/** Counts the log of a Customer, as the owner of the database. */
export const recount = (url: string, customer: string): Promise<Counts> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { query, queryValues } = yield* PgConnection.make({ url: Redacted.make(url), connectTimeout: "1 minute" })
        yield* query("SET work_mem = '512MB'")
        const [tally] = yield* queryValues(tallies, [customer])
        const [started, calls, legs, effectiveCalls] = tally as ReadonlyArray<number>
        const [journey] = yield* queryValues(journeys, [customer])
        const [distinct, steps, overrodeInhibition] = journey as ReadonlyArray<number>
        return {
          started: started!,
          calls: calls!,
          legs: legs!,
          effectiveCalls: effectiveCalls!,
          overrodeInhibition: overrodeInhibition!,
          steps: steps!,
          journeys: distinct!,
          overflow: 0,
          byDay: (yield* queryValues(days, [customer])) as Counts["byDay"],
        }
      }),
    ),
  )

/** How far a version of the projection has come, without its state. */
export const checkpointOf = (url: string, version: number): Promise<number> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(url), connectTimeout: "1 minute" }), ({ queryValues }) =>
        Effect.map(
          queryValues(
            "SELECT checkpoint::float8 FROM tacet.projection WHERE name = 'deflection' AND version = $1::int",
            [String(version)],
          ),
          ([row]) => (row?.[0] as number | undefined) ?? 0,
        ),
      ),
    ),
  )
