/**
 * The input formats: each turns a stream of bytes into batches of rows, with bounded memory.
 */
import type { Format } from "../mapping/Format.ts"
import type { Mapping } from "../mapping/Mapping.ts"
import { checkFormat } from "../mapping/readMapping.ts"
import { type ByteStream, type Quality, type Source, type SourceItem } from "../SourceRow.ts"
import type { Reader } from "./Context.ts"
import { openInput } from "./Input.ts"
import { localClock } from "./LocalTime.ts"
import { readAsteriskCdr } from "./readAsteriskCdr.ts"
import { readCloudEvents } from "./readCloudEvents.ts"
import { readCsv } from "./readCsv.ts"
import { readFreeswitchCdr } from "./readFreeswitchCdr.ts"
import { readOcel } from "./readOcel.ts"
import { readXes } from "./readXes.ts"

const readers: { readonly [Name in Format]: Reader } = {
  "asterisk-cdr": readAsteriskCdr,
  "freeswitch-cdr": readFreeswitchCdr,
  xes: readXes,
  ocel2: readOcel,
  csv: readCsv,
  cloudevents: readCloudEvents,
}

/** The command line's additions to a mapping. */
export interface Options {
  /** The IANA zone of times that name neither an offset nor a zone, where the mapping names none either. */
  readonly timeZone: string
}

/**
 * Opens an input. A violation in the mapping is thrown at once, a violation in the input while its items are read: both as an
 * `InputError` of one line. An unreadable row is an item of its own and does not stop the reading.
 */
export const open = (format: Format, input: ByteStream, mapping: Mapping, options: Options): Source => {
  checkFormat(format, mapping)
  const zone = mapping.timeZone ?? options.timeZone
  localClock(zone, mapping.timeZone === undefined ? "time zone" : "mapping, timeZone")
  const quality: Quality = { records: 0, dropped: 0, clamped: 0, objects: 0 }
  return {
    items: items(readers[format], input, mapping, zone, quality),
    order: format === "xes" ? "case" : (mapping.order ?? "case"),
    quality,
  }
}

async function* items(
  read: Reader,
  stream: ByteStream,
  mapping: Mapping,
  zone: string,
  quality: Quality,
): AsyncGenerator<ReadonlyArray<SourceItem>> {
  yield* read({ input: await openInput(stream), mapping, zone, quality })
}
