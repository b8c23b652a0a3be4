import { openProxy, type Proxy, type Server, start } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { layer } from "../layer.ts"
import { aCustomer, appendTo, type Store, storeOf } from "../log/appending.testing.ts"
import { migrate } from "../schema/migrate.ts"
import * as VaultPostgres from "../vault/VaultPostgres.ts"
import * as Connecting from "./Connecting.ts"

const impatient = { statementTimeout: "400 millis", connectTimeout: "400 millis", waitTimeout: "400 millis" } as const
/** What the limits above allow for one call: to connect twice, the statement and the second that the server is given. */
const once = 2 * 400 + 400 + 1_000

let server: Server
let proxy: Proxy
// Warm from the beginning, so that it has been idle for long by the last test.
let idle: { readonly store: Store; readonly scope: Scope.Closeable; readonly since: number; readonly proxy: Proxy }

/** How long an effect takes, in milliseconds, and what it fails with. */
const failing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const begun = performance.now()
    return Effect.map(Effect.flip(effect), (error) => ({ error, took: performance.now() - begun }))
  })

/** A server that lets every client in and answers nothing more, nor ever closes its side. */
const aSilentServer = Effect.acquireRelease(
  Effect.promise(async () => {
    const sockets: Array<Socket> = []
    const listener = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket)
      socket.on("error", () => undefined)
      // "You may come in"; "ready, and in no transaction".
      socket.once("data", () => socket.write(Buffer.from("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", "latin1")))
    })
    await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening))
    const { port } = listener.address() as AddressInfo
    return { url: `postgresql://u:p@127.0.0.1:${port}/db`, sockets, listener }
  }),
  ({ listener, sockets }) =>
    Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
      listener.close()
    }),
)

describe("a wire that is open and says nothing", () => {
  beforeAll(async () => {
    server = await start({ settings: { fsync: "off" } })
    proxy = await openProxy(server.url)
    const options = { url: Redacted.make(server.url) }
    await Effect.runPromise(Effect.andThen(migrate(options), VaultPostgres.migrate({ vault: options, keys: options })))
    const scope = Scope.makeUnsafe()
    const own = await openProxy(server.url)
    const more = { ...impatient, url: Redacted.make(own.url), readConnections: 8 }
    const store = await Effect.runPromise(Effect.provideService(storeOf(more), Scope.Scope, scope))
    const customer = await Effect.runPromise(aCustomer)
    await Effect.runPromise(
      Effect.all(
        Array.from({ length: 40 }, () => store.readLog(customer)),
        { concurrency: "unbounded", discard: true },
      ),
    )
    idle = { store, scope, since: performance.now(), proxy: own }
  })

  afterAll(async () => {
    await proxy.close()
    await idle.proxy.close()
    await server.stop()
  })

  // Planted and found: a transaction that may stand still for ever (`idle_in_transaction_session_timeout` at 0).
  it.live("keeps the other processes waiting no longer than the server waits in the middle of a transaction", () =>
    Effect.gen(function* () {
      const customer = yield* aCustomer
      const more = { ...impatient, appendFunctions: false }
      const silent = yield* storeOf({ ...more, url: Redacted.make(proxy.url) })
      const other = yield* storeOf({ ...more, url: Redacted.make(server.url) })
      // Both have their connections, and the counter is there.
      yield* appendTo(silent, customer)
      yield* appendTo(other, customer)
      proxy.silence("to server")
      yield* Effect.addFinalizer(() => Effect.sync(proxy.mend))
      expect(yield* Effect.flip(appendTo(silent, customer))).toMatchObject({ outcome: "unknown" })
      // The server has half of it, and the wire is still open.
      const begun = performance.now()
      yield* Effect.retry(appendTo(other, customer), { times: 20 })
      expect(performance.now() - begun).toBeLessThan(2 * once)
    }).pipe(Effect.scoped),
  )

  // Planted and found: no limit on the version's look-up, nor on what a server is asked before it will do; connections whose
  // server does not close its side are left open.
  it.live("is given up by everything that starts, and closed", () =>
    Effect.gen(function* () {
      const { sockets, url } = yield* aSilentServer
      const options = { ...impatient, url: Redacted.make(url) }
      const told = { _tag: "DatabaseUnavailable", cause: "no answer in time" }
      const primary = { ...options, url: Redacted.make(`${url}?target_session_attrs=primary`) }
      for (const starting of [
        Effect.scoped(Layer.build(layer(options))),
        Effect.scoped(Layer.build(layer(primary))),
        Effect.scoped(Layer.build(VaultPostgres.layer({ vault: options, keys: options, log: options }))),
        migrate(options),
      ]) {
        const { error, took } = yield* failing(starting)
        expect(error).toMatchObject(told)
        expect(took).toBeLessThan(once)
      }
      // One that is closed in peace.
      yield* Effect.scoped(Effect.asVoid(Connecting.make({ url: options.url })))
      const last = sockets.at(-1)!
      yield* Effect.sleep("1500 millis")
      const reset = new Promise((closed) => last.once("error", closed))
      last.write("anybody there?")
      yield* Effect.sleep("50 millis")
      last.write("no")
      expect(yield* Effect.promise(() => reset)).toBeDefined()
    }).pipe(Effect.scoped),
  )

  // Planted and found: each of the idle connections is tried in its turn.
  it.live(
    "is found by the first connection that is tried after a long time without use: the others are not tried",
    () =>
      Effect.gen(function* () {
        const { scope, since, store } = idle
        yield* Effect.sleep(Math.max(0, 15_500 - (performance.now() - since)))
        idle.proxy.silence()
        const { error, took } = yield* failing(store.readLog(yield* aCustomer))
        expect(error).toMatchObject({ _tag: "StoreUnavailable", outcome: "notCommitted" })
        // One is tried, then one is made.
        expect(took).toBeLessThan(400 + once)
        idle.proxy.mend()
        // An attempt to connect that has begun before may fail yet.
        const read = Effect.flatMap(aCustomer, (customer) => store.readLog(customer))
        expect(yield* Effect.retry(read, { times: 1 })).toMatchObject({ head: 0 })
        yield* Scope.close(scope, Exit.void)
      }),
  )
})
