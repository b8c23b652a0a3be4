/**
 * PostgreSQL refuses to run as root. Where this process is root, the server runs as another account.
 */
import { readFileSync } from "node:fs"

/** The numbers of an account. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** The account to run a server under; nothing where it may run under this one. */
export const other = (): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 4 && Number(fields[2]) > 0)
  const chosen =
    accounts.find(([name]) => name === "postgres") ?? accounts.find(([name]) => name === "nobody") ?? accounts[0]
  if (chosen === undefined) {
    throw new Error("PostgreSQL does not run as root, and there is no other account on this machine.")
  }
  return { uid: Number(chosen[2]), gid: Number(chosen[3]) }
}
