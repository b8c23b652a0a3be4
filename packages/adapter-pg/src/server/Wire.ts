/**
 * The socket of one connection. The driver says nothing of a connection that has died while it was idle, and has no way
 * to drop one whose server does not answer: both are done with the socket.
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { connect } from "node:net"
import * as RealTime from "./RealTime.ts"

/** A socket that is made when the driver asks for it. */
export interface Wire {
  readonly stream: NonNullable<PgConnection.Config["stream"]>
  /** Whether it has been closed, by either side. */
  readonly isClosed: () => boolean
  /** Closes it at once, without a word to the server: whatever waits on it fails. */
  readonly cut: () => void
  /** Closes it a moment after its connection was closed, where the server does not: a process may then end. */
  readonly leave: () => void
}

const keepAlive = 30_000

/** How long a server may take to close its side, in milliseconds. */
const parting = 1_000

/** A wire to the host of a URL. */
export const make = (url: Redacted.Redacted): Wire => {
  const { hostname, port, searchParams } = new URL(Redacted.value(url))
  const host = decodeURIComponent(searchParams.get("host") ?? hostname).replace(/^\[(.*)\]$/, "$1") || "localhost"
  const number = Number(searchParams.get("port") ?? (port === "" ? 5432 : port))
  let socket: ReturnType<typeof connect> | undefined
  let closed = false
  return {
    stream: () => {
      socket = host.startsWith("/")
        ? connect({ path: `${host}/.s.PGSQL.${number}` })
        : connect({ host, port: number, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAlive })
      socket.once("close", () => (closed = true))
      // A server that shuts down reports it and ends its side first.
      socket.once("end", () => (closed = true))
      return socket
    },
    isClosed: () => closed,
    cut: () => void socket?.destroy(),
    leave: () => {
      if (socket !== undefined && !closed) RealTime.after(parting, () => socket?.destroy())
    },
  }
}

/**
 * Runs what waits for answers on a wire, which is cut after so many milliseconds, and where the caller waits no longer: the
 * driver would let an interrupted statement wait for its answer.
 */
export const inTime = <A, E, R, E2>(
  wire: Wire,
  milliseconds: number,
  waiting: Effect.Effect<A, E, R>,
  late: () => E2,
): Effect.Effect<A, E | E2, R> =>
  Effect.uninterruptibleMask((restore) => {
    let isLate = false
    const cancel = RealTime.after(milliseconds, () => {
      isLate = true
      wire.cut()
    })
    const answered = waiting.pipe(
      Effect.ensuring(Effect.sync(cancel)),
      Effect.mapError((error): E | E2 => (isLate ? late() : error)),
    )
    return Effect.flatMap(Effect.forkDetach(answered), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.sync(wire.cut)),
    )
  })
