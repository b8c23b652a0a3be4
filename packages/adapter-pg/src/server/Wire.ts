/**
 * The socket of one connection. The driver says nothing of a connection that has died while it was idle, and has no way
 * to drop one whose server does not answer: both are done with the socket.
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Redacted from "effect/Redacted"
import { connect } from "node:net"

/** A socket that is made when the driver asks for it. */
export interface Wire {
  readonly stream: NonNullable<PgConnection.Config["stream"]>
  /** Whether it has been closed, by either side. */
  readonly isClosed: () => boolean
  /** Closes it at once, without a word to the server: whatever waits on it fails. */
  readonly cut: () => void
}

const keepAlive = 30_000

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
  }
}
