/**
 * Golden files: for each event, and each version that its payload ever had, what a log may hold for ever. They are
 * named `<kind>.<wire name>.v<schema version>.json`, or with a further word where a shape has variants, and are never
 * changed: an event whose shape changes gets a new version, an upcaster and another file.
 */
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@tacet/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { NewEvent } from "../eventsourcing/EventEnvelope.ts"
import * as Domain from "./index.ts"

const folder = new URL("golden/", import.meta.url)
const files = readdirSync(folder).toSorted()

const read = (file: string): NewEvent => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as NewEvent

/**
 * The codec of every aggregate. They differ in their events; here an event is only passed from one function to another.
 */
const codecs = Object.values(Domain).flatMap((module) =>
  "codec" in module ? [module.codec as unknown as EventCodec.EventCodec<{ readonly _tag: string }>] : [],
)

/** The codec that reads an event: the streams of several aggregates may be of one kind. */
const codecOf = (kind: string, type: string) =>
  codecs.find((codec) => codec.kind === kind && codec.definitions.some(({ wireName }) => wireName === type))

const namesOf = (file: string): readonly [kind: string, type: string, version: number] => {
  const [, kind = "", type = "", version = ""] = /^([a-z-]+)\.([A-Za-z]+)\.v(\d+)(?:\.[a-z]+)?\.json$/.exec(file) ?? []
  return [kind, type, Number(version)]
}

/** The content to write for each version of each event that has no golden file. */
const missing = (
  { definitions, kind }: Pick<EventCodec.EventCodec<unknown>, "definitions" | "kind">,
  present: ReadonlyArray<string>,
): ReadonlyArray<string> => {
  const known = new Set(present.map((file) => namesOf(file).join(".")))
  return definitions.flatMap(({ schemaVersion, wireName }) =>
    Array.from({ length: schemaVersion }, (_, index) => index + 1)
      .filter((version) => !known.has(`${kind}.${wireName}.${version}`))
      .map(
        (version) =>
          `${kind}.${wireName}.v${version}.json is missing. Write it into packages/core/src/domain/golden/: what the ` +
          `codec's encode gave for such an event at schema version ${version}, as ` +
          `{ "type": "${wireName}", "schemaVersion": ${version}, "occurredAt": …, "data": "{…}" }. Never change it afterwards.`,
      ),
  )
}

describe("golden files", () => {
  it.each(codecs.map((codec) => [codec.kind, codec] as const))(
    "hold every version of every event of %s",
    ([, codec]) => {
      expect(missing(codec, files)).toEqual([])
    },
  )

  it("are asked for by name and content where one is missing", () => {
    const Renamed = Schema.TaggedStruct("Renamed", { occurredAt: Schema.DateTimeUtcFromMillis })
    const codec = EventCodec.make("interaction", [
      EventCodec.define(Renamed, { wireName: "Named", schemaVersion: 2, upcasters: { 1: (payload) => payload } }),
    ])
    const [message, ...others] = missing(codec, ["interaction.Named.v2.json"])
    expect(others).toEqual([])
    expect(message).toMatch(/^interaction\.Named\.v1\.json is missing\. Write it into .*"schemaVersion": 1/)
  })

  it("are all of events that the domain still reads", () => {
    const orphans = files.filter((file) => {
      const [kind, type] = namesOf(file)
      return codecOf(kind, type) === undefined
    })
    expect(orphans).toEqual([])
  })

  it.each(files)("are read and written again to the same bytes: %s", (file) => {
    const [kind, type, version] = namesOf(file)
    const codec = codecOf(kind, type)!
    const golden = read(file)
    expect([golden.type, golden.schemaVersion]).toEqual([type, version])
    const event = Result.getOrThrow(codec.decodeNew(golden))
    const written = codec.encode(event)
    // The upcasters define older versions; the current version is encoded unchanged.
    if (written.schemaVersion === golden.schemaVersion) expect(written).toEqual(golden)
    else expect(Result.getOrThrow(codec.decodeNew(written))).toEqual(event)
  })
})
