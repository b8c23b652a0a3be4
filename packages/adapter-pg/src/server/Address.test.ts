import { describe, expect, it } from "@tacet/vitest"
import * as Redacted from "effect/Redacted"
import * as Address from "./Address.ts"

const read = (url: string) => {
  const address = Address.parse(Redacted.make(url))
  return typeof address === "string" ? address : { ...address, urls: address.urls.map(Redacted.value) }
}

describe("a URL of servers", () => {
  // Planted and found: the first host alone; attributes that are passed on to a driver that knows none.
  it("names hosts in the order in which they are tried, and which of them will do", () => {
    expect(read("postgresql://u:p@one:5433,two,[::1]:5434/db?sslmode=require&target_session_attrs=primary")).toEqual({
      urls: [
        "postgresql://u:p@one:5433/db?sslmode=require",
        "postgresql://u:p@two/db?sslmode=require",
        "postgresql://u:p@[::1]:5434/db?sslmode=require",
      ],
      wanted: "read-write",
    })
    expect(read("postgres://one/db")).toEqual({ urls: ["postgres://one/db"], wanted: "any" })
  })

  it.each<[url: string, reason: string]>([
    ["secret", "the URL cannot be read: it begins with postgresql://"],
    ["mysql://u:secret@one/db", "the URL cannot be read: it begins with postgresql://"],
    ["postgresql://u:secret@one:port/db", "the URL cannot be read: its host or port is no such thing"],
    [
      "postgresql://u:secret@one/db?target_session_attrs=secret",
      "target_session_attrs is any, read-write, primary, read-only, standby",
    ],
  ])("that cannot be used is refused, and nothing of it is said: %s", ([url, reason]) => {
    expect(read(url)).toBe(reason)
    expect(reason).not.toContain("secret")
  })
})
