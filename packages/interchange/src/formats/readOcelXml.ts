/**
 * OCEL 2.0 in XML, read event by event. Relations are `relationship` elements, as tools write them, or `object` ones, as
 * the schema has them.
 */
import { InputError, type SourceItem } from "../SourceRow.ts"
import { Batches } from "./Batches.ts"
import type { Context } from "./Context.ts"
import { firstVersion, type OcelEvent, OcelLog } from "./OcelLog.ts"
import { xmlElements } from "./Xml.ts"

/** An event while it is read. */
interface OpenEvent {
  readonly head: Pick<OcelEvent, "id" | "type" | "time">
  readonly attributes: Map<string, string>
  readonly relations: Array<OcelEvent["relations"][number]>
}

/** Reads OCEL 2.0 in XML. */
export async function* readOcelXml(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const log = new OcelLog(context)
  const batches = new Batches()
  const add = (items: Iterable<SourceItem>) => {
    for (const item of items) batches.add(item)
  }
  const seen = new Set<string>()
  let section = ""
  let event: OpenEvent | undefined
  let attribute: string | undefined
  const elements = xmlElements(context.input, "log", {
    open: (name, attributes, depth) => {
      if (depth === 2) {
        if (name === "global") throw firstVersion()
        if (name === "trace" || name === "extension" || name === "classifier") {
          throw new InputError("the XML is XES: read it as --format xes")
        }
        section = name
        seen.add(name)
      } else if (depth === 3) {
        if (section === "object-types") log.objectType(attributes["name"])
        if (section === "objects") log.object(attributes["id"], attributes["type"])
        if (section === "events") {
          event = {
            head: { id: attributes["id"], type: attributes["type"], time: attributes["time"] },
            attributes: new Map(),
            relations: [],
          }
        }
      } else if (depth === 5 && event !== undefined) {
        if (attributes["object-id"] !== undefined) {
          event.relations.push({ object: attributes["object-id"], qualifier: attributes["qualifier"] })
        } else if (name === "attribute") {
          attribute = attributes["name"]
        }
      }
    },
    text: (content) => {
      if (event === undefined || attribute === undefined || !log.wanted.has(attribute)) return
      event.attributes.set(attribute, (event.attributes.get(attribute) ?? "") + content)
    },
    close: (_name, depth) => {
      if (depth === 5) attribute = undefined
      if (depth === 3 && event !== undefined) {
        add(log.event({ ...event.head, attributes: event.attributes, relations: event.relations }))
        event = undefined
      }
      if (depth === 2 && section === "object-types") log.endObjectTypes()
      if (depth === 2 && section === "objects") log.endObjects()
    },
  })
  for await (const _ of elements) yield* batches.take()
  if (!seen.has("events") || !seen.has("objects")) {
    throw new InputError("the XML is not OCEL 2.0: its log has no events and objects")
  }
  add(log.end())
  yield* batches.take(true)
}
