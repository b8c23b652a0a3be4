/**
 * Gives every run of Vitest one PostgreSQL server: that of `DATABASE_URL`, or one that is started for it.
 */
import type { TestProject } from "vitest/node"
import { start } from "./Server.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** A server's `postgres` database, as an account that may create databases and roles. */
    readonly postgresUrl: string
  }
}

/** Vitest calls it before the first test file; what it returns, after the last. */
export default async ({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const given = process.env["DATABASE_URL"]
  if (given !== undefined && given !== "") {
    provide("postgresUrl", given)
    return undefined
  }
  // What tests write need not outlive the machine.
  const server = await start({ settings: { fsync: "off", full_page_writes: "off" } })
  provide("postgresUrl", server.url)
  return server.stop
}
