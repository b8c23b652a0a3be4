/**
 * A wire between client and server that can be cut at the worst moment.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** A proxy before a server. */
export interface Proxy {
  /** The server's URL by way of the proxy. */
  readonly url: string
  /** From now on, requests reach the server, but no answer returns: the connection is cut as soon as one is due. */
  readonly cutBeforeAnswer: () => void
  /** How many wires were cut. */
  readonly cuts: () => number
  /** Lets everything through again. */
  readonly mend: () => void
  readonly close: () => Promise<void>
}

/** Opens a proxy before the server of a URL. */
export const open = async (url: string): Promise<Proxy> => {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let cutting = false
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on("data", (chunk: Buffer) => upstream.write(chunk))
    upstream.on("data", (chunk: Buffer) => {
      // The last answer of a transaction is that to its commit, and comes with all before it or after them. Of a call that
      // is a transaction of its own it is that of its one row, which the server keeps back until it has committed.
      if (cutting && (chunk.includes("COMMIT\0") || chunk.includes("SELECT 1\0"))) {
        cuts++
        client.destroy()
      } else {
        client.write(chunk)
      }
    })
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    cutBeforeAnswer: () => (cutting = true),
    cuts: () => cuts,
    mend: () => (cutting = false),
    close: () =>
      new Promise((closed) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => closed())
      }),
  }
}
