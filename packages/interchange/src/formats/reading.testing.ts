/**
 * Reads a whole input, for tests: the rows and rejected rows, in the order of the file.
 */
import { createReadStream, existsSync, readFileSync } from "node:fs"
import { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { expect } from "@tacet/vitest"
import type { CaseComplete, Fact, Quality, RejectedRow, SourceItem, SourceRow } from "../SourceRow.ts"
import { batchSize } from "./Batches.ts"
import type { Format } from "../mapping/Format.ts"
import type { Mapping } from "../mapping/Mapping.ts"
import { readMapping } from "../mapping/readMapping.ts"
import { open } from "./open.ts"

export interface Reading {
  readonly items: ReadonlyArray<SourceItem>
  readonly rows: ReadonlyArray<SourceRow>
  readonly rejected: ReadonlyArray<RejectedRow>
  readonly complete: ReadonlyArray<CaseComplete>
  readonly quality: Quality
}

/** Reads a text, bytes or a file; `chunk` cuts it into pieces of so many bytes. */
export const reading = async (
  format: Format,
  input: string | Buffer | NodeJS.ReadableStream,
  mapping: Mapping = {},
  { chunk = 65_536, timeZone = "UTC" }: { readonly chunk?: number; readonly timeZone?: string } = {},
): Promise<Reading> => {
  const stream = typeof input === "string" || Buffer.isBuffer(input) ? inPieces(Buffer.from(input), chunk) : input
  const source = open(format, stream, mapping, { timeZone })
  const items: Array<SourceItem> = []
  for await (const batch of source.items) {
    expect(batch.length).toBeGreaterThan(0)
    expect(batch.length).toBeLessThanOrEqual(batchSize)
    for (const item of batch) items.push(item)
  }
  return {
    items,
    rows: items.filter((item) => item._tag === "row"),
    rejected: items.filter((item) => item._tag === "rejected"),
    complete: items.filter((item) => item._tag === "caseComplete"),
    quality: source.quality ?? { records: 0, dropped: 0, clamped: 0, objects: 0 },
  }
}

const inPieces = (bytes: Buffer, size: number): Readable =>
  Readable.from(
    (function* () {
      for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
    })(),
  )

/** The facts of rows, flat. */
export const factsOf = (rows: ReadonlyArray<SourceRow>): ReadonlyArray<Fact> => rows.flatMap((row) => row.facts)

/** The legs or calls among the facts. */
export const callsOf = (rows: ReadonlyArray<SourceRow>) =>
  factsOf(rows).filter((fact) => fact._tag === "leg" || fact._tag === "call")

/** How often each sequence of steps occurs among the cases, in order of time; rows of one moment keep their order. */
export const variantsOf = (rows: ReadonlyArray<SourceRow>): ReadonlyMap<string, number> => {
  const cases = new Map<string, Array<SourceRow>>()
  for (const row of rows) {
    const ofCase = cases.get(row.case)
    if (ofCase === undefined) cases.set(row.case, [row])
    else ofCase.push(row)
  }
  const variants = new Map<string, number>()
  for (const ofCase of cases.values()) {
    const steps = factsOf(ofCase.toSorted((a, b) => a.at - b.at)).map((fact) => (fact._tag === "step" ? fact.step : ""))
    const variant = steps.join(" > ")
    variants.set(variant, (variants.get(variant) ?? 0) + 1)
  }
  return variants
}

/** Whether the sample data are present beside the repository; they are not part of it. */
const sharedData = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url))
export const hasSharedData = existsSync(sharedData)

/** A file of the sample data. */
export const sharedFile = (path: string) => createReadStream(`${sharedData}${path}`)

/** A mapping that the example ships. */
export const shipped = (name: string): Mapping =>
  readMapping(readFileSync(new URL(`../../mappings/${name}.json`, import.meta.url), "utf8"))
