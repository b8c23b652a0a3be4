/**
 * XES (IEEE 1849): one trace for each interaction, one event for each thing that happened. Needs no mapping: every
 * activity is a step. Attributes of a trace are named `case:…`, as process-mining tools do in their tables.
 *
 * Two traces of one name are two cases: the key is the name with the ordinal of the trace, which needs no memory of the
 * names seen.
 */
import { InputError, type SourceItem } from "../SourceRow.ts"
import { Batches } from "./Batches.ts"
import type { Context } from "./Context.ts"
import { formatViolation, rejected } from "./Violation.ts"
import { rowReader } from "./RowReader.ts"
import { xmlElements } from "./Xml.ts"

/** Reads XES. */
export async function* readXes({ input, mapping, quality, zone }: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const rows = rowReader(
    mapping,
    { case: "case:concept:name", activity: "concept:name", time: "time:timestamp" },
    zone,
    quality,
  )
  const lifecycle =
    mapping.lifecycle === undefined ? undefined : new Set(mapping.lifecycle.map((name) => name.toLowerCase()))
  const wanted = lifecycle === undefined ? rows.fields : new Set([...rows.fields, "lifecycle:transition"])
  const batches = new Batches()
  const trace = new Map<string, string>()
  const event = new Map<string, string>()
  const get = (field: string) => event.get(field) ?? trace.get(field)
  let traces = 0
  let events = 0
  let key: string | undefined

  const endEvent = () => {
    events++
    const transition = event.get("lifecycle:transition")
    if (lifecycle !== undefined && !(transition !== undefined && lifecycle.has(transition.toLowerCase()))) {
      quality.records++
      quality.dropped++
      return
    }
    const item = rows.read({ line: events, get })
    if (item?._tag === "row") key = `${item.case}#${traces}`
    batches.add(item?._tag === "row" ? { ...item, case: `${item.case}#${traces}` } : item)
  }
  const endTrace = (eventsBefore: number) => {
    if (events === eventsBefore) {
      quality.records++
      events++
      batches.add(rejected(events, formatViolation("event", "a trace with an event: without one it has no time")))
    }
    if (key !== undefined) batches.add({ _tag: "caseComplete", case: key })
    key = undefined
  }

  let eventsBefore = 0
  let inTrace = false
  let inEvent = false
  const elements = xmlElements(input, "log", {
    open: (name, { key: attribute, value }, depth) => {
      if (depth === 2 && name === "object-types") {
        throw new InputError("the XML is OCEL: read it as --format ocel2")
      }
      if (depth === 2 && name === "trace") {
        inTrace = true
        traces++
        trace.clear()
        eventsBefore = events
      } else if (depth === 2 && name === "event") {
        quality.records++
        events++
        batches.add(rejected(events, formatViolation("event", "an event within a trace: without one it has no case")))
      } else if (depth === 3 && inTrace && name === "event") {
        inEvent = true
        event.clear()
      } else if (attribute !== undefined && value !== undefined) {
        // Deeper ones are attributes of attributes.
        if (depth === 4 && inEvent && wanted.has(attribute)) event.set(attribute, value)
        if (depth === 3 && inTrace && wanted.has(`case:${attribute}`)) trace.set(`case:${attribute}`, value)
      }
    },
    close: (_name, depth) => {
      if (depth === 3 && inEvent) {
        inEvent = false
        endEvent()
      } else if (depth === 2 && inTrace) {
        inTrace = false
        endTrace(eventsBefore)
      }
    },
  })
  for await (const _ of elements) yield* batches.take()
  yield* batches.take(true)
}
