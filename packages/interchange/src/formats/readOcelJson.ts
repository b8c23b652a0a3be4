/**
 * OCEL 2.0 in JSON, read event by event.
 */
import { InputError, type SourceItem } from "../SourceRow.ts"
import { Batches } from "./Batches.ts"
import type { Context } from "./Context.ts"
import { jsonValues } from "./Json.ts"
import { fieldOf } from "./JsonRecords.ts"
import { firstVersion, type OcelEvent, OcelLog } from "./OcelLog.ts"
import { text } from "./Text.ts"

/** Reads OCEL 2.0 in JSON. */
export async function* readOcelJson(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const log = new OcelLog(context)
  const batches = new Batches()
  const seen = new Set<string>()
  const add = (items: Iterable<SourceItem>) => {
    for (const item of items) batches.add(item)
  }
  const values = jsonValues(text(context.input), {
    paths: ["$.objectTypes.*", "$.objects.*", "$.events.*"],
    topLevelKey: (key) => {
      if (key.startsWith("ocel:")) throw firstVersion()
      seen.add(key)
      if (seen.has("objects") && key !== "objects") log.endObjects()
      if (seen.has("objectTypes") && key !== "objectTypes") log.endObjectTypes()
    },
    value: (value, key) => {
      if (key === "objectTypes") log.objectType(fieldOf(value, "name"))
      if (key === "objects") log.object(fieldOf(value, "id"), fieldOf(value, "type"))
      if (key === "events") add(log.event(eventOf(value, log.wanted)))
    },
  })
  for await (const _ of values) yield* batches.take()
  if (!seen.has("events") || !seen.has("objects")) {
    throw new InputError('the JSON is not OCEL 2.0: it has no "events" and "objects" at its top level')
  }
  add(log.end())
  yield* batches.take(true)
}

const eventOf = (value: unknown, wanted: ReadonlySet<string>): OcelEvent => {
  const attributes = new Map<string, string>()
  for (const attribute of listOf(value, "attributes")) {
    const name = fieldOf(attribute, "name")
    const content = fieldOf(attribute, "value")
    if (name !== undefined && content !== undefined && wanted.has(name)) attributes.set(name, content)
  }
  return {
    id: fieldOf(value, "id"),
    type: fieldOf(value, "type"),
    time: fieldOf(value, "time"),
    attributes,
    relations: listOf(value, "relationships").map((relation) => ({
      object: fieldOf(relation, "objectId"),
      qualifier: fieldOf(relation, "qualifier"),
    })),
  }
}

const listOf = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const list =
    typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined
  return Array.isArray(list) ? list : []
}
