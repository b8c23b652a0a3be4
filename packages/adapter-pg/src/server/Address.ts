/**
 * The servers that a URL names. PostgreSQL's URLs may list several hosts and say which of them will do; the driver connects
 * to one.
 */
import * as Redacted from "effect/Redacted"

/** Which server will do. */
export type Wanted = "any" | "read-write" | "read-only"

/** Where to connect. */
export interface Address {
  /** The URLs of the hosts, in the order in which they are tried. */
  readonly urls: ReadonlyArray<Redacted.Redacted>
  readonly wanted: Wanted
}

const wantedBy: Readonly<Record<string, Wanted>> = {
  any: "any",
  "read-write": "read-write",
  primary: "read-write",
  "read-only": "read-only",
  standby: "read-only",
}

/** Reads a URL, or says why it cannot be used, without a word of what it holds. */
export const parse = (url: Redacted.Redacted): Address | string => {
  const [, scheme, account = "", hosts = "", rest = ""] =
    /^(postgres(?:ql)?):\/\/([^@/?#]*@)?([^/?#]*)([^#]*)$/.exec(Redacted.value(url)) ?? []
  if (scheme === undefined) return "the URL cannot be read: it begins with postgresql://"
  const [path = "", query = ""] = rest.split("?", 2)
  const search = new URLSearchParams(query)
  const attributes = search.get("target_session_attrs")
  const wanted = wantedBy[attributes ?? "any"]
  if (wanted === undefined) return `target_session_attrs is ${Object.keys(wantedBy).join(", ")}`
  search.delete("target_session_attrs")
  const left = search.size === 0 ? "" : `?${search.toString()}`
  const urls = hosts.split(",").map((host) => `${scheme}://${account}${host}${path}${left}`)
  if (!urls.every((one) => URL.canParse(one))) return "the URL cannot be read: its host or port is no such thing"
  return { urls: urls.map((one) => Redacted.make(one)), wanted }
}
