/**
 * Ports of which every call can be stopped, delayed or counted, for tests that look for what a crash or another caller
 * between two calls would break.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import { type Functions, NotAuthentic } from "../privacy/Encryption.ts"
import { ErasureLedger } from "../privacy/ErasureLedger.ts"
import { KeyStore } from "../privacy/KeyStore.ts"
import { VaultStore } from "../privacy/VaultStore.ts"

export type Ports = VaultStore | KeyStore | ErasureLedger | EventStore

/** Does something at each call of a port. */
export type AtEachCall = <A, E>(port: string, call: Effect.Effect<A, E>) => Effect.Effect<A, E>

const wrapped = <Port extends object>(port: string, sound: Port, around: AtEachCall): Port =>
  Object.fromEntries(
    Object.entries(sound).map(([name, run]: [string, unknown]) => [
      name,
      (...args: ReadonlyArray<unknown>) => {
        const call = (run as (...all: ReadonlyArray<unknown>) => Effect.Effect<unknown>)(...args)
        return name === "subscribe" ? call : around(`${port}.${name}`, call)
      },
    ]),
  ) as Port

/** The ports with something done at each of their calls. */
export const disturbed = (around: AtEachCall): Layer.Layer<Ports, never, Ports> =>
  Layer.effect(
    VaultStore,
    Effect.map(VaultStore, (port) => wrapped("vault", port, around)),
  ).pipe(
    Layer.merge(
      Layer.effect(
        KeyStore,
        Effect.map(KeyStore, (port) => wrapped("keys", port, around)),
      ),
    ),
    Layer.merge(
      Layer.effect(
        ErasureLedger,
        Effect.map(ErasureLedger, (port) => wrapped("ledger", port, around)),
      ),
    ),
    Layer.merge(
      Layer.effect(
        EventStore,
        Effect.map(EventStore, (port) => wrapped("log", port, around)),
      ),
    ),
  ) as Layer.Layer<Ports, never, Ports>

/** The store of projections with something done at each of its calls. */
export const disturbedProjections = (around: AtEachCall): Layer.Layer<ProjectionStore, never, ProjectionStore> =>
  Layer.effect(
    ProjectionStore,
    Effect.map(ProjectionStore, (port) => wrapped("projections", port, around)),
  )

/** Nothing is done. */
export const undisturbed: AtEachCall = (_, call) => call

/** The same functions as Web Crypto's, answered at once: the tests explore the order of calls, not of threads. */
export const atOnce: Functions = {
  randomBytes: (length) => Effect.sync(() => new Uint8Array(randomBytes(length))),
  encrypt: (key, nonce, text, context) =>
    Effect.sync(() => {
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(context)
      return new Uint8Array(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]))
    }),
  decrypt: (key, nonce, cipherText, context) =>
    Effect.try({
      try: () => {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(context)
        decipher.setAuthTag(cipherText.slice(-16))
        return new Uint8Array(Buffer.concat([decipher.update(cipherText.slice(0, -16)), decipher.final()]))
      },
      catch: () => new NotAuthentic(),
    }),
  mac: (key, message) => Effect.sync(() => new Uint8Array(createHmac("sha256", key).update(message).digest())),
}

/** Lets a fiber come to its next call before another one has its turn, so that any of them may. */
export const settled = async (turn: () => Promise<unknown>): Promise<void> => {
  await turn()
  for (let pause = 0; pause < 3; pause++) await new Promise((resolve) => setImmediate(resolve))
}
