import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { layer } from "../layer.ts"
import { asOwner, forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

describe("a backup by the owner of the tables, who is no superuser", () => {
  // What `pg_dump` does for a table: it turns row security off, or with `--enable-row-security` leaves it on, and copies.
  it.live("is refused, would be empty with row security, and is whole while the tables do not force it", () =>
    Effect.gen(function* () {
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const write = {
        stream: { kind: "jar", id: yield* Uuid.next },
        expected: ExpectedVersion.none,
        events: [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: "{}" }],
      }
      const commit = { customer, commitId: yield* Uuid.next, writes: [write] }
      yield* EventStore.EventStore.use((store) => store.append(commit)).pipe(Effect.provide(layer(options)))
      const owner = `tacet_owner_${randomBytes(5).toString("hex")}`
      const run = (...statements: ReadonlyArray<string>) =>
        Effect.promise(() => asOwner(Redacted.value(options.url), statements))
      const onEach = (change: string) =>
        run(`DO $$ DECLARE t regclass; BEGIN
          FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'tacet'::regnamespace AND relrowsecurity LOOP
            EXECUTE format('ALTER TABLE %s ${change}', t);
          END LOOP;
        END $$`)
      yield* run(
        `CREATE ROLE ${owner} LOGIN PASSWORD 'word' ROLE CURRENT_USER`,
        `GRANT USAGE, CREATE ON SCHEMA tacet TO ${owner}`,
      )
      yield* onEach(`OWNER TO ${owner}`)
      const url = new URL(Redacted.value(options.url))
      ;[url.username, url.password] = [owner, "word"]
      const copied = (rowSecurity: "on" | "off") =>
        Effect.scoped(
          Effect.gen(function* () {
            const { query, queryValues } = yield* PgConnection.make({ url: Redacted.make(url.href), prepare: false })
            yield* query(`SET row_security = ${rowSecurity}`)
            return (yield* queryValues("SELECT position FROM tacet.event")).length
          }),
        )
      expect(yield* Effect.exit(copied("off"))).toMatchObject({ _tag: "Failure" })
      expect(yield* copied("on")).toBe(0)
      yield* onEach("NO FORCE ROW LEVEL SECURITY")
      expect(yield* copied("off")).toBe(1)
      yield* onEach("FORCE ROW LEVEL SECURITY")
      expect(yield* Effect.exit(copied("off"))).toMatchObject({ _tag: "Failure" })
      yield* run(`REASSIGN OWNED BY ${owner} TO CURRENT_USER`, `DROP OWNED BY ${owner}`, `DROP ROLE ${owner}`)
    }),
  )
})
