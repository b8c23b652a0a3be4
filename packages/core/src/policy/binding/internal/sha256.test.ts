import { createHash } from "node:crypto"
import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import { sha256 } from "./sha256.ts"

describe("SHA-256", () => {
  it("is that of the standard", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  })
  // Planted and found: a padding of one block where two are needed; a rotation by 17 for 18; the bytes of UTF-16.
  it.prop(
    "is that of another program, at every length",
    [fc.string({ unit: "binary", maxLength: 200, size: "max" })],
    (text) => {
      expect(sha256(text)).toBe(
        createHash("sha256")
          .update(Buffer.from(new TextEncoder().encode(text)))
          .digest("hex"),
      )
    },
  )
})
