/**
 * Whatever a file holds: it is read or refused with one clear line, no record is lost from the counts, no value of a
 * record is repeated, and how the bytes arrive makes no difference.
 */
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import { InputError } from "../SourceRow.ts"
import { checkFormat, decodeMapping } from "../mapping/readMapping.ts"
import type { Format } from "../mapping/Format.ts"
import type { Mapping } from "../mapping/Mapping.ts"
import { aMapping } from "./mappings.testing.ts"
import { type Reading, reading } from "./reading.testing.ts"
import { canary, type Sample, samples } from "./samples.testing.ts"

/** Reads to the end, or gives the one line of the refusal; anything else that is thrown fails the test. */
const outcome = async (sample: Sample, input: Buffer, chunk?: number): Promise<Reading | string> => {
  try {
    return await reading(sample.format, input, sample.mapping, chunk === undefined ? {} : { chunk })
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

const isSound = (read: Reading | string): void => {
  if (typeof read === "string") {
    expect(read).not.toContain(canary)
    expect(read).not.toContain("\n")
    expect(read.length).toBeGreaterThan(5)
    return
  }
  const { quality, rejected, rows } = read
  // A row for each record, but where an event belongs to several cases.
  const said = new Set(rows.map((row) => row.line)).size + rejected.length + quality.dropped
  expect(said).toBe(quality.records)
  for (const { field, reason, rule } of rejected) {
    expect([field, reason, rule].join(" ")).not.toContain(canary)
    expect(reason).not.toContain("\n")
  }
}

/** Bytes that mean something to one format or another. */
const anInfix = fc.constantFrom(
  ..."\0|\"|'|,|;|\n|\r\n|\r|<|>|</|&|{|}|[|]|:|\\|\\ud800|\\u0000|%|%E9|é|\uFEFF|9|-|NaN|null|1e999|<event>|</trace>|<!--|<![CDATA[|]]>".split(
    "|",
  ),
)

/** A mutation of bytes: some replaced, removed, repeated or put in. */
const aMutation = fc.record({
  at: fc.nat(2000),
  length: fc.nat(40),
  how: fc.constantFrom("cut", "repeat", "insert", "flip", "truncate", "plant"),
  infix: anInfix,
  bit: fc.nat(7),
})

const mutated = (
  bytes: Buffer,
  mutations: ReadonlyArray<typeof aMutation extends fc.Arbitrary<infer A> ? A : never>,
): Buffer =>
  mutations.reduce((before, { at: position, bit, how, infix, length }) => {
    const at = before.length === 0 ? 0 : position % before.length
    const [head, middle, tail] = [
      before.subarray(0, at),
      before.subarray(at, at + length),
      before.subarray(at + length),
    ]
    switch (how) {
      case "cut":
        return Buffer.concat([head, tail])
      case "repeat":
        return Buffer.concat([head, middle, middle, tail])
      case "insert":
        return Buffer.concat([head, Buffer.from(infix), middle, tail])
      case "plant": {
        // Replaces a word by the canary.
        const words = [...before.toString("latin1").matchAll(/[\w.:-]+/g)]
        const word = words[position % words.length]
        if (word === undefined) return before
        const rest = before.subarray(word.index + word[0].length)
        return Buffer.concat([before.subarray(0, word.index), Buffer.from(canary), rest])
      }
      case "truncate":
        return head
      default: {
        const flipped = Buffer.from(before)
        if (flipped.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
        return flipped
      }
    }
  }, bytes)

/** The mapping without the keys that mean nothing for a format. */
const fitting = (format: Format, mapping: Mapping): Mapping => {
  try {
    checkFormat(format, mapping)
    return mapping
  } catch (error) {
    const key = /^mapping, (\w+): /.exec(error instanceof InputError ? error.message : "")?.[1]
    if (key === undefined) throw error
    return fitting(format, Object.fromEntries(Object.entries(mapping).filter(([name]) => name !== key)))
  }
}

describe("any input", () => {
  const everySample = samples.map((sample) => [sample.name, sample] as const)

  it.each(everySample)("%s as it should be is read, and counted to the last record", async ([, sample]) => {
    const read = await outcome(sample, Buffer.from(sample.valid))
    isSound(read)
    expect(typeof read === "string" ? read : read.quality.records).toBeGreaterThan(0)
  })

  for (const sample of samples) {
    // Planted: an encoding that is detected from the first chunk alone, however short.
    it.prop(
      `${sample.name}: the same however the bytes arrive, packed or not`,
      [fc.integer({ min: 1, max: 200 })],
      async (chunk) => {
        const bytes = Buffer.from(sample.valid)
        const whole = await outcome(sample, bytes)
        expect(await outcome(sample, bytes, chunk)).toEqual(whole)
        expect(await outcome(sample, gzipSync(bytes), chunk)).toEqual(whole)
      },
      { numRuns: 20 },
    )

    // Planted: a record that is counted twice.
    it.prop(
      `${sample.name}: mutations are read or refused soundly`,
      [fc.array(aMutation, { minLength: 1, maxLength: 4 })],
      async (mutations) => isSound(await outcome(sample, mutated(Buffer.from(sample.valid), mutations))),
      { numRuns: 80 },
    )

    // Planted: bytes that are no text of UTF-8 reported by an error of the decoder.
    it.prop(
      `${sample.name}: random bytes are read or refused soundly`,
      [fc.uint8Array({ maxLength: 300 })],
      async (bytes) => isSound(await outcome(sample, Buffer.from(bytes))),
      { numRuns: 40 },
    )
  }

  it.each(samples.flatMap((sample) => samples.map((other) => [sample.name, other.name, sample, other] as const)))(
    "a reader of %s meets %s soundly",
    async ([, , sample, other]) => isSound(await outcome(sample, Buffer.from(other.valid))),
  )

  for (const sample of samples) {
    // Planted: a record that is counted twice.
    it.prop(
      `${sample.name} by a mapping of any kind is read or refused soundly`,
      [aMapping],
      async (parts) => {
        const mapping = decodeMapping({ ...sample.mapping, ...parts })
        isSound(await outcome({ ...sample, mapping: fitting(sample.format, mapping) }, Buffer.from(sample.valid)))
      },
      { numRuns: 80 },
    )
  }

  // Planted: damaged gzip data reported by an error of zlib.
  it.prop(
    "packed bytes that are damaged are read or refused soundly",
    [fc.array(aMutation, { minLength: 1, maxLength: 3 })],
    async (mutations) => {
      const [sample] = samples
      if (sample !== undefined) isSound(await outcome(sample, mutated(gzipSync(sample.valid.repeat(20)), mutations)))
    },
  )
})
