/**
 * A driver that fails where a test says so, as SQLite does.
 */
import * as Effect from "effect/Effect"
import { type Driver, load } from "./file/Driver.ts"

/** SQLite's result codes that tests raise. */
export const codes = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13 } as const

/** When a statement fails: before SQLite has carried it out, or after. */
export interface Fault {
  readonly at: RegExp
  readonly when: "before" | "after"
  readonly code: number
}

/** A driver, and the faults that come next, each once. */
export const faulty = () => {
  const faults: Array<Fault> = []
  const around = <A>(sql: string, run: () => A): A => {
    const index = faults.findIndex(({ at }) => at.test(sql))
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]
    const error = Object.assign(new Error("canary-of-the-driver"), { code: "ERR_SQLITE_ERROR", errcode: fault?.code })
    if (fault?.when === "before") throw error
    const value = run()
    if (fault?.when === "after") throw error
    return value
  }
  let opened = 0
  const loading = Effect.map(load(), (driver): Driver => (path) => {
    opened++
    const connection = driver(path)
    return {
      exec: (sql) => around(sql, () => connection.exec(sql)),
      prepare: (sql) => {
        const statement = connection.prepare(sql)
        return {
          all: (...parameters) => around(sql, () => statement.all(...parameters)),
          run: (...parameters) => around(sql, () => statement.run(...parameters)),
        }
      },
      close: () => connection.close(),
    }
  })
  return { loading, opened: () => opened, next: (...coming: ReadonlyArray<Fault>) => void faults.push(...coming) }
}
