/**
 * A server that speaks PostgreSQL and can do less of it, as engines do that distribute tables: a proxy before a real server refuses
 * what they refuse, and answers a share of all commits with SQLSTATE 40001.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { generator } from "./generator.ts"

/** Such a server. */
export interface Dialect {
  /** The server's URL by way of the proxy. */
  readonly url: string
  /** The statements that were refused, as they were sent. */
  readonly refused: ReadonlyArray<string>
  /** How many commits were asked for. */
  readonly commits: () => number
  /** How many of them were rolled back and answered with 40001. */
  readonly rolledBack: () => number
  readonly close: () => Promise<void>
}

/** What such an engine does when it is asked for a commit. */
export interface DialectOptions {
  /** The share of all commits that it answers with 40001. */
  readonly share: number
  readonly seed: number
}

/** What is refused: functions and what needs them, notifications, advisory locks, locks of tables, isolation by serialisation. */
const refusal =
  /\b(CREATE(\s+OR\s+REPLACE)?\s+(FUNCTION|PROCEDURE|TRIGGER|RULE|SEQUENCE)|NOTIFY|LISTEN|pg_notify|pg_(try_)?advisory\w*|LOCK\s+TABLE|SERIALIZABLE|MERGE\s+INTO)\b|^\s*(DO|CALL|COPY)\b/i

/** A statement that every PostgreSQL refuses with SQLSTATE 0A000: the feature is not supported. */
const unsupported = `CREATE ASSERTION refused CHECK (false)`

/** Rolls back, then fails as an engine does whose transaction met another; the answer to the first half does not reach the client. */
const marker = "tacet dialect: the transaction is to be repeated"
const restarting = `ROLLBACK; DO $$BEGIN RAISE EXCEPTION '${marker}' USING ERRCODE = '40001'; END$$`

const isCommit = (sql: string): boolean => /^\s*COMMIT\s*;?\s*$/i.test(sql)

const message = (type: string, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type, "latin1")
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`, "utf8")

/** The text from a place on, and where the next one begins. */
const textAt = (of: Buffer, start: number): readonly [value: string, next: number] => {
  const end = of.indexOf(0, start)
  return [of.toString("utf8", start, end), end + 1]
}

/** Opens such a server before that of a URL. */
export const openDialect = async (url: string, { seed, share }: DialectOptions): Promise<Dialect> => {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const refused: Array<string> = []
  const draw = generator(seed)
  let [commits, rolledBack] = [0, 0]
  const isRolledBack = () => {
    commits++
    if (draw() >= share) return false
    rolledBack++
    return true
  }

  /** The statement that reaches the server. */
  const accepted = (sql: string): string => {
    if (!refusal.test(sql)) return sql
    refused.push(sql)
    return unsupported
  }

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => {
        sockets.delete(socket)
        other.destroy()
      })
    }

    const commitNames = new Set<string>()
    // The rest of a cycle, up to its end, whose commit was replaced.
    let skipping = false
    const requested = (type: string, whole: Buffer): Buffer | undefined => {
      if (skipping) {
        skipping = type !== "S"
        return undefined
      }
      if (type === "Q") {
        const [sql] = textAt(whole, 5)
        if (isCommit(sql)) return isRolledBack() ? message("Q", text(restarting)) : whole
        return message("Q", text(accepted(sql)))
      }
      if (type === "P") {
        const [name, start] = textAt(whole, 5)
        const [sql, end] = textAt(whole, start)
        if (isCommit(sql)) commitNames.add(name)
        else commitNames.delete(name)
        return message("P", text(name), text(accepted(sql)), whole.subarray(end))
      }
      if (type === "B") {
        const [, start] = textAt(whole, 5)
        const [name] = textAt(whole, start)
        if (!commitNames.has(name) || !isRolledBack()) return whole
        skipping = true
        return message("Q", text(restarting))
      }
      return whole
    }

    let held: Buffer | undefined
    const answered = (type: string, whole: Buffer): Buffer | undefined => {
      if (type === "C" && whole.toString("latin1", 5) === "ROLLBACK\0") {
        held = whole
        return undefined
      }
      const before = type === "E" && whole.includes(marker) ? undefined : held
      held = undefined
      return before === undefined ? whole : Buffer.concat([before, whole])
    }

    pass(client, upstream, requested, (first) => {
      // The first message has no type; that which asks for encryption is answered with one letter, and then comes the first one.
      const code = first.length < 8 ? 0 : first.readInt32BE(4)
      if (code === 80_877_103 || code === 80_877_104) {
        client.write("N")
        return "drop"
      }
      return "pass"
    })
    pass(upstream, client, answered)
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    refused,
    commits: () => commits,
    rolledBack: () => rolledBack,
    close: () =>
      new Promise((closed) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => closed())
      }),
  }
}

/** Passes whole messages on, each as it is changed. The first ones of a client have no type. */
const pass = (
  from: Socket,
  to: Socket,
  change: (type: string, whole: Buffer) => Buffer | undefined,
  greeting?: (first: Buffer) => "drop" | "pass",
): void => {
  let rest: Buffer = Buffer.alloc(0)
  let isGreeting = greeting !== undefined
  from.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const out: Array<Buffer> = []
    while (true) {
      const head = isGreeting ? 0 : 1
      if (rest.length < head + 4) break
      const size = head + rest.readInt32BE(head)
      if (rest.length < size) break
      const whole = rest.subarray(0, size)
      rest = rest.subarray(size)
      if (isGreeting) {
        if (greeting!(whole) === "pass") {
          isGreeting = false
          out.push(whole)
        }
        continue
      }
      const changed = change(String.fromCodePoint(whole[0]!), whole)
      if (changed !== undefined) out.push(changed)
    }
    if (out.length > 0) to.write(Buffer.concat(out))
  })
}
