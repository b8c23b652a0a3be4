/**
 * The whole path over real files, against numbers that were computed independently and are stored beside them. The
 * files are not part of the repository: where they are absent, these tests are skipped.
 */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@tacet/vitest"
import type { ReportDocument } from "@tacet/report"
import { running } from "./running.testing.ts"

/** The sample data beside the repository; they are not part of it. */
const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url))
const hasSharedData = existsSync(data)
const test = (name: string, self: () => Promise<void>) => it.skipIf(!hasSharedData)(name, self, 120_000)
const mappings = fileURLToPath(new URL("../../../../packages/interchange/mappings/", import.meta.url))

const report = async (file: string, format: string, mapping?: string, ...options: ReadonlyArray<string>) => {
  const input = ["--input", join(data, file), "--format", format]
  const mapped = mapping === undefined ? [] : ["--mapping", join(mappings, `${mapping}.json`)]
  const { code, stderr, stdout } = await running(mappings, [...input, ...mapped, ...options, "--json", "-"])
  expect([code, stderr]).toEqual([0, ""])
  return JSON.parse(stdout) as ReportDocument
}

/** Distinguishes journeys exactly as the independent script does. */
const untouched = ["--collapse", "off", "--max-steps", "none"]

interface Variants {
  readonly cases: number
  readonly events: number
  readonly variants: number
  readonly top_variants: ReadonlyArray<{ readonly count: number; readonly variant: ReadonlyArray<string> }>
}

const truthOf = (folder: string, ...path: ReadonlyArray<string>): Variants => {
  const truth = JSON.parse(readFileSync(join(data, folder, "ground_truth.json"), "utf8")) as Record<string, unknown>
  return path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], truth) as Variants
}

const expectVariants = ({ input, interactions, journeys }: ReportDocument, truth: Variants): void => {
  expect(interactions.started).toBe(truth.cases)
  expect([input.rows, input.accepted]).toEqual([truth.events, truth.events])
  expect(journeys.distinct).toBe(truth.variants)
  expect(topTen(journeys.mostUsed.map((row) => [row.interactions, row.steps]))).toEqual(
    topTen(truth.top_variants.map(({ count, variant }) => [count, variant])),
  )
}

/** The ten most used with their counts; ties by name, whatever order they were listed in. */
const topTen = (variants: ReadonlyArray<readonly [number, ReadonlyArray<string>]>) =>
  variants
    .map(([count, steps]) => [count, steps.join(" > ")] as const)
    .toSorted(([one, first], [other, second]) => other - one || (first < second ? -1 : 1))
    .slice(0, 10)

describe("the report on real files", () => {
  test("help desk, XES: 4,580 cases, 226 variants and the ten most used", async () => {
    const document = await report("helpdesk/helpdesk.xes.gz", "xes", undefined, ...untouched)
    expectVariants(document, truthOf("helpdesk", "xes_variants_by_concept_name"))
    expect([document.interactions.started, document.journeys.distinct]).toEqual([4580, 226])
  })

  test("receipt phase, CSV: 116 variants and the ten most used", async () => {
    const document = await report("receipt/receipt.csv", "csv", "csv-events", ...untouched)
    expectVariants(document, truthOf("receipt", "sorted_by_time_stable"))
    expect(document.journeys.distinct).toBe(116)
  })

  test("textbook example, XES: six cases, six variants", async () => {
    const document = await report("running_example/running-example.xes", "xes", undefined, ...untouched)
    expectVariants(document, truthOf("running_example"))
  })

  test("help desk, encoded CSV: 154 variants and the ten most used", async () => {
    const document = await report("helpdesk/helpdesk_encoded.csv", "csv", "csv-encoded-events", ...untouched)
    expectVariants(document, truthOf("helpdesk", "encoded_csv"))
    expect(document.journeys.distinct).toBe(154)
  })

  test("FreePBX: 856 legs, of which 230 are proven to have reached a person", async () => {
    const file = "asterisk/freepbx_cdr_pseudonymised.csv"
    const document = await report(file, "asterisk-cdr", "freepbx-proven", "--as-of", "2018-01-01")
    expect(document.calls).toMatchObject({ total: 856, legs: 856, effective: 230, humanUnknown: 0 })
    expect(document.input).toMatchObject({ rows: 856, accepted: 856 })
    const { attemptFailed, deflected, effective, excluded, open, pending, started } = document.interactions
    expect([started, open, pending, effective]).toEqual([856, 0, 0, 230])
    expect(effective + attemptFailed + deflected + excluded).toBe(started)
  })

  test("FreePBX: the naive definition counts 725, and --unknown-human takes them back", async () => {
    const file = "asterisk/freepbx_cdr_pseudonymised.csv"
    const naive = await report(file, "asterisk-cdr", "freepbx-naive")
    expect(naive.calls).toMatchObject({ total: 856, effective: 725, humanUnknown: 747 })
    const cautious = await report(file, "asterisk-cdr", "freepbx-naive", "--unknown-human", "not-effective")
    expect(cautious.calls).toMatchObject({ total: 856, effective: 0 })
  })

  test("Asterisk's cdr-custom order: 11 of 14 effective", async () => {
    const document = await report("asterisk/Master_csv_sample.csv", "asterisk-cdr", "cdr-custom")
    expect(document.calls).toMatchObject({ total: 14, effective: 11 })
  })

  test("OCEL 2.0, in JSON and in XML: 13 events, 9 objects", async () => {
    for (const file of ["ocel/ocel20_example.jsonocel", "ocel/ocel20_example.xmlocel"]) {
      const { input, interactions } = await report(file, "ocel2", "ocel-purchase-order")
      expect([input.records, input.objects, interactions.started]).toEqual([13, 9, 2])
      expect(input.accepted + input.rejected).toBe(input.rows)
    }
  })

  test("OCEL 1.0 is refused and named", async () => {
    for (const file of ["ocel/recruiting-red.jsonocel", "ocel/example_log.jsonocel"]) {
      const mapping = ["--mapping", join(mappings, "ocel-purchase-order.json")]
      const input = ["--input", join(data, file), "--format", "ocel2"]
      const { code, stderr, stdout } = await running(mappings, [...input, ...mapping])
      expect([code, stdout]).toEqual([2, ""])
      expect(stderr).toContain("OCEL 1.0")
    }
  })

  test("a format that the file is not in is refused", async () => {
    for (const [file, format] of [
      ["helpdesk/helpdesk.xes.gz", "csv"],
      ["receipt/receipt.csv", "xes"],
      ["ocel/ocel20_example.sqlite", "ocel2"],
      ["ocel/ocel20_example.jsonocel", "xes"],
    ] as const) {
      const input = ["--input", join(data, file), "--format", format]
      const { code, stderr } = await running(dirname(mappings), input)
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^report: [^\n]+\n$/)])
    }
  })
})
