import type { ProcessingRecord } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as fc from "fast-check"
import { renderProcessingRecord } from "../html.ts"
import { named, parse, textOf } from "./parsed.testing.ts"

const at = Date.parse("2026-03-10T12:00:00Z")
const recipient = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as ProcessingRecord.ReceivedBy["recipient"]

const entry: ProcessingRecord.Entry = {
  processing: {
    _tag: "ProcessingEntered",
    occurredAt: DateTime.makeUnsafe(at),
    name: "answering <calls>" as ProcessingRecord.Entry["processing"]["name"],
    role: "processor",
    purposes: ["requestedService"],
    subjects: ["user"],
    categories: ["telephoneNumber"],
    recipients: [recipient],
    safeguards: [],
    measures: ["accessControl"],
  },
  since: at,
  recipients: [{ recipient, kind: "subProcessor", country: "US", isAbroad: true, safeguard: undefined }],
  retention: [{ category: "telephoneNumber", end: Date.parse("2027-03-10T22:59:59Z"), rule: "RET-12M" }],
  missing: [{ rule: "SAFEGUARD-COPY", accepted: "the document of the transfer" }],
}

const record = {
  compartment: "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as ProcessingRecord.Record["compartment"],
  at,
  timeZone: "Europe/Paris",
}

describe("the page of the record of processing", () => {
  it("shows each part of an entry once, and what it lacks", () => {
    const tree = parse(renderProcessingRecord({ ...record, entries: [entry] }, { organisation: "Acme, 1 High Street" }))
    expect(named(tree, "h2").map(textOf)).toEqual(["answering <calls>"])
    expect(named(tree, "dt").map(textOf)).toEqual([
      "Role",
      "Since",
      "Purposes",
      "Persons",
      "Data",
      "Recipients",
      "Kept until",
      "Measures",
      "Missing",
    ])
    expect(named(tree, "dd").map(textOf)).toEqual([
      "processor",
      "2026-03-10",
      "requested service",
      "user",
      "telephone number",
      `${recipient}: sub processor, US, outside of the EEA`,
      "telephone number: 2027-03-10 (RET-12M)",
      "access control",
      "the document of the transfer (SAFEGUARD-COPY)",
    ])
  })

  // Planted: the organisation given as trusted markup.
  it.prop("writes every name as text", [fc.string({ minLength: 1, unit: "grapheme-ascii" })], (organisation) => {
    const tree = parse(renderProcessingRecord({ ...record, entries: [] }, { organisation: `x${organisation}x<b>` }))
    expect(named(tree, "b")).toEqual([])
    expect(named(tree, "main").map(textOf).join()).toContain("No processing is in the record.")
  })
})
