/**
 * A wire between client and server that can be cut or fall silent at the worst moment.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** What passes no more: requests, answers, or both. */
type Direction = "both" | "to server" | "to client"

/** A proxy before a server. */
export interface Proxy {
  /** The server's URL by way of the proxy. */
  readonly url: string
  /** From now on, requests reach the server, but no answer returns: the connection is cut as soon as one is due. */
  readonly cutBeforeAnswer: () => void
  /** The same, but half of the answer passes before the connection is cut. */
  readonly cutWithinAnswer: () => void
  /** How many wires were cut. */
  readonly cuts: () => number
  /**
   * From now on every wire, also a new one, passes half of what comes next in a direction, then nothing, and stays open. What
   * either side does, its end included, is not seen by the other.
   */
  readonly silence: (direction?: Direction) => void
  /** How many wires have fallen silent in the middle of what they passed. */
  readonly silenced: () => number
  /** Lets everything through again: what was held back comes first. */
  readonly mend: () => void
  readonly close: () => Promise<void>
}

/** Opens a proxy before the server of a URL. */
export const open = async (url: string): Promise<Proxy> => {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const held = new Map<Socket, () => void>()
  const endings: Array<() => void> = []
  let cutting: "no" | "before" | "within" = "no"
  let silent: Direction | undefined
  let [cuts, silenced] = [0, 0]
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      const direction = socket === client ? "to server" : "to client"
      sockets.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => {
        sockets.delete(socket)
        held.delete(socket)
        if (silent === "both" || silent === direction) endings.push(end)
        else end()
      })
    }
    const pass = (direction: Direction, from: Socket, to: Socket, chunk: Buffer) => {
      if (silent !== "both" && silent !== direction) return void to.write(chunk)
      const half = Math.floor(chunk.length / 2)
      to.write(chunk.subarray(0, half))
      from.pause()
      silenced++
      held.set(from, () => {
        to.write(chunk.subarray(half))
        from.resume()
      })
    }
    client.on("data", (chunk: Buffer) => pass("to server", client, upstream, chunk))
    upstream.on("data", (chunk: Buffer) => {
      // The last answer of a transaction is that to its commit, and comes with all before it or after them. Of a call that
      // is a transaction of its own it is that of its one row, which the server keeps back until it has committed.
      if (cutting !== "no" && (chunk.includes("COMMIT\0") || chunk.includes("SELECT 1\0"))) {
        cuts++
        if (cutting === "within") client.write(chunk.subarray(0, Math.floor(chunk.length / 2)))
        client.destroy()
      } else {
        pass("to client", upstream, client, chunk)
      }
    })
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    cutBeforeAnswer: () => (cutting = "before"),
    cutWithinAnswer: () => (cutting = "within"),
    cuts: () => cuts,
    silence: (direction = "both") => (silent = direction),
    silenced: () => silenced,
    mend: () => {
      cutting = "no"
      silent = undefined
      const all = [...held.values()]
      held.clear()
      for (const letGo of [...all, ...endings.splice(0)]) letGo()
    },
    close: () =>
      new Promise((closed) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => closed())
      }),
  }
}
