import * as PgConnection from "@effect/sql-pg/PgConnection"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./index.ts"

const ask = (url: string, sql: string): Promise<unknown> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(url), connectTimeout: "2 seconds" }), ({ queryValues }) =>
        Effect.map(queryValues(sql), ([row]) => row?.[0]),
      ),
    ),
  )

describe("the PostgreSQL server from npm", () => {
  it("answers, keeps committed rows when it is killed, and no longer runs once it was stopped", async () => {
    const home = mkdtempSync(join(tmpdir(), "tacet-postgres-test-"))
    const server = await start({ directory: home })
    try {
      expect(await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS n")).toBeUndefined()
      const before = server.pid()
      await server.kill()
      await expect(ask(server.url, "SELECT 1")).rejects.toThrow()
      await server.restart()
      expect(server.pid()).not.toBe(before)
      expect(await ask(server.url, "SELECT n FROM kept")).toBe(42)
    } finally {
      await server.stop()
    }
    await expect(ask(server.url, "SELECT 1")).rejects.toThrow()
    const again = await start({ directory: home })
    try {
      expect(await ask(again.url, "SELECT n FROM kept")).toBe(42)
    } finally {
      await again.stop()
      rmSync(home, { recursive: true, force: true })
    }
  })

  it("keeps its data in a folder within one that is closed to others", async () => {
    const closed = mkdtempSync(join(tmpdir(), "tacet-postgres-test-"))
    const server = await start({ directory: join(closed, "inner", "data") })
    try {
      await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS n")
      await server.kill()
      await server.restart()
      expect(await ask(server.url, "SELECT n FROM kept")).toBe(42)
    } finally {
      await server.stop()
      rmSync(closed, { recursive: true, force: true })
    }
  })

  it("refuses a client without the password", async () => {
    const server = await start()
    try {
      const url = new URL(server.url)
      url.password = "wrong"
      await expect(ask(url.href, "SELECT 1")).rejects.toThrow()
    } finally {
      await server.stop()
    }
  })

  it("stops with the process that started it and removes its data, also when that process is killed", async () => {
    const program = [
      `const { start } = await import(${JSON.stringify(join(import.meta.dirname, "index.ts"))})`,
      "const server = await start()",
      "console.log(server.pid())",
      "process.kill(process.pid, 'SIGKILL')",
    ].join("\n")
    const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    let said = ""
    parent.stdout.on("data", (chunk: Buffer) => (said += String(chunk)))
    const signal = await new Promise((done) => parent.once("exit", (_, signal) => done(signal)))
    expect(signal).toBe("SIGKILL")
    const pid = Number(said.split(" ")[0])
    expect(pid).toBeGreaterThan(0)
    for (let waited = 0; existsSync(`/proc/${pid}`) && waited < 10_000; waited += 50) {
      await new Promise((done) => setTimeout(done, 50))
    }
    expect(existsSync(`/proc/${pid}`)).toBe(false)
  })
})
