/**
 * One run: opens the input, imports it, writes the requested outputs.
 */
import { createReadStream } from "node:fs"
import { open as openFile, readFile, writeFile } from "node:fs/promises"
import type { Readable } from "node:stream"
import { Customers, Interactions, Retention } from "@tacet/core/services"
import { Definition } from "@tacet/core/statistics"
import { Declarations, Importer, InputError, type Mapping, noMapping, open, readMapping } from "@tacet/interchange"
import { documentOf, renderJson, renderText, type ReportDocument } from "@tacet/report"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Progress from "./Progress.ts"
import * as Rejects from "./Rejects.ts"
import { momentOf, type Place, type Settings } from "./Settings.ts"
import { layerOf } from "./Store.ts"

/** The parts of the process that a run uses. */
export interface World {
  readonly stdin: Readable
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WriteStream
}

/** An input that is open. */
interface Opened extends Progress.Measured {
  readonly stream: NodeJS.ReadableStream
  readonly totalBytes: number
}

/** A run by the settings of a command line; the exit code. */
export const run = Effect.fn("run")(
  function* (settings: Settings, world: World) {
    const mapping = settings.mapping === undefined ? noMapping : yield* mappingFrom(settings.mapping)
    const opened = yield* openInput(settings.input, world)
    yield* Progress.show(opened, opened.totalBytes, world.stderr)
    const document = yield* reportOn(opened.stream, mapping, settings)
    return { document, mapping }
  },
  // Clears the progress bar and writes every rejected row before the report is printed.
  Effect.scoped,
)

/** Imports a stream into a new memory and reports on it. */
export const reportOn = Effect.fnUntraced(function* (
  stream: NodeJS.ReadableStream,
  mapping: Mapping,
  settings: Settings,
) {
  const timeZone = settings.timeZone ?? mapping.timeZone ?? Definition.standard.timeZone
  const asOf = settings.asOf === undefined ? undefined : yield* attempt(() => momentOf(settings.asOf ?? "", timeZone))
  const source = yield* attempt(() => open(settings.format, stream, mapping, { timeZone }))
  const declarations = yield* attempt(() =>
    Declarations.declarationsOf(Declarations.compartmentOf(settings.customer), mapping),
  )
  const rejects = settings.rejects === undefined ? undefined : yield* Rejects.toFile(settings.rejects)
  const { input, report } = yield* Importer.run(source, {
    name: settings.customer,
    declarations,
    definition: Definition.make({ ...settings.definition, timeZone }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(rejects === undefined ? {} : { rejects }),
  }).pipe(Effect.provide(Layer.provideMerge(services, layerOf(settings.store))))
  return documentOf(report, input)
})

// Who keeps the store deletes it: the command line sweeps nothing.
const services = Layer.provide(
  Layer.merge(Customers.layer, Interactions.layer),
  Layer.merge(Declarations.layerPolicies, Retention.layerElsewhere),
)

/** Writes the outputs that the settings request. */
export const deliver = Effect.fnUntraced(function* (document: ReportDocument, settings: Settings, world: World) {
  const { html, json } = settings
  if (json === undefined) yield* print(renderText(document), world)
  else if (json._tag === "standard") yield* print(renderJson(document), world)
  else yield* write("--json", json.path, renderJson(document))
  if (html !== undefined) {
    // Charts take a second to load: only where they are asked for.
    const { renderHtml } = yield* Effect.promise(() => import("@tacet/report/html"))
    yield* write("--html", html, renderHtml(document))
  }
})

/** 1 where rows were rejected that may not be. */
export const exitCodeOf = (document: ReportDocument, settings: Settings): number =>
  settings.strict && document.input.rejected > 0 ? 1 : 0

const attempt = <A>(evaluate: () => A): Effect.Effect<A, InputError> =>
  Effect.try({
    try: evaluate,
    catch: (cause) => (cause instanceof InputError ? cause : new InputError("the options do not fit together")),
  })

const mappingFrom = (path: string): Effect.Effect<Mapping, InputError> =>
  Effect.flatMap(
    Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: (cause) => unusable("--mapping", cause) }),
    (text) => attempt(() => readMapping(text)),
  )

const openInput = Effect.fnUntraced(function* (input: Place, { stdin }: World) {
  if (input._tag === "standard") {
    // The writer of the pipe may still be running: an input that is not read to its end must not keep the process
    // alive.
    yield* Effect.addFinalizer(() => Effect.sync(() => stdin.destroy()))
    const opened: Opened = { stream: stdin, totalBytes: 0, bytesRead: 0 }
    return opened
  }
  const file = yield* Effect.tryPromise({
    try: () => openFile(input.path),
    catch: (cause) => unusable("--input", cause),
  })
  const { isFile, size } = yield* Effect.promise(async () => {
    const stats = await file.stat()
    return { isFile: !stats.isDirectory(), size: stats.size }
  })
  if (!isFile) {
    yield* Effect.promise(() => file.close())
    return yield* Effect.fail(new InputError("--input: must be a file, and is a folder"))
  }
  const stream = createReadStream(input.path, { fd: file })
  yield* Effect.addFinalizer(() => Effect.sync(() => stream.destroy()))
  const opened: Opened = {
    stream,
    totalBytes: size,
    get bytesRead() {
      return stream.bytesRead
    },
  }
  return opened
})

const print = (text: string, { stdout }: World): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    stdout.write(text, () => resume(Effect.void))
  })

const write = (option: string, path: string, text: string): Effect.Effect<void, InputError> =>
  Effect.tryPromise({ try: () => writeFile(path, text), catch: (cause) => unusable(option, cause) })

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "it may not be opened",
  EPERM: "it may not be opened",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  ENOSPC: "there is no room left",
}

/** The path is not repeated: it may name a person. */
const unusable = (option: string, cause: unknown): InputError => {
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""
  return new InputError(`${option}: the file cannot be used: ${reasons[code] ?? (code || "unknown error")}`)
}
