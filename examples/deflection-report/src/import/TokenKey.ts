/**
 * Keyed tokens in place of the source's own keys. Cases, persons, calls and row ids become HMAC-SHA-256 tokens under a
 * key that is drawn for one run and kept nowhere: afterwards nobody, the operator included, can say which case of the
 * source an interaction in the log was (MINIMISE, KEY-APART). The key is a service, so that a test can fix it.
 */
import { createHmac, hash, randomBytes } from "node:crypto"
import type { Identifier } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/** The key of a run. */
export class TokenKey extends Context.Service<TokenKey, { readonly bytes: Uint8Array }>()(
  "@tacet/example-deflection-report/import/TokenKey",
) {}

/** A key of 256 random bits that dies with the layer. */
export const layerRandom: Layer.Layer<TokenKey> = Layer.sync(TokenKey, () => ({ bytes: randomBytes(32) }))

/** A known key, for tests: with it the ids of a run can be repeated. */
export const layerFixed = (bytes: Uint8Array): Layer.Layer<TokenKey> => Layer.succeed(TokenKey, { bytes })

/** The tokens of one Customer. The same key in two compartments has two tokens (RECOG-1CUST). */
export interface Tokens {
  readonly interaction: (caseKey: string) => Uuid.Uuid
  readonly call: (caseKey: string, callKey: string) => Identifier.CallId
  /** A person within this run. Never leaves the memory of the importer. */
  readonly person: (personKey: string) => string
  /** A row within this run, and what it says. Neither ever leaves the memory of the importer. */
  readonly rowId: (id: string) => string
  readonly content: (row: unknown) => string
}

export const tokensOf = (key: Uint8Array, customer: CustomerId.CustomerId): Tokens => {
  const digest = (kind: string, ...parts: ReadonlyArray<string>): Buffer =>
    createHmac("sha256", key)
      .update(JSON.stringify([customer, kind, ...parts]))
      .digest()
  const secret = Buffer.from(key).toString("base64")
  return {
    interaction: remembering((caseKey) => Uuid.fromBytes(digest("interaction", caseKey), 8)),
    call: (caseKey, callKey) => Uuid.fromBytes(digest("call", caseKey, callKey), 8) as Identifier.CallId,
    person: remembering((personKey) => digest("person", personKey).toString("base64")),
    rowId: (id) => hash("sha256", `${secret} id ${id}`, "base64"),
    content: (row) => hash("sha256", `${secret} content ${JSON.stringify(row)}`, "base64"),
  }
}

/** The last answer again: rows of one case mostly come together. */
const remembering = <A>(compute: (text: string) => A): ((text: string) => A) => {
  let last: { readonly text: string; readonly answer: A } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, answer: compute(text) }
    return last.answer
  }
}
