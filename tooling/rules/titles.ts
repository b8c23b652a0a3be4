/**
 * The tests that exist, as Vitest collects them: names that are built by loops and tables are those that a run shows.
 * Nothing is run, and one process reads all files, which takes a fraction of the time of `vitest list`.
 */
import { createVitest } from "vitest/node"

/** A test by its file, its full name and, for a property, how often it is checked. */
export interface Title {
  readonly file: string
  readonly name: string
  readonly runs: number | undefined
}

/** The tests of the files whose paths hold one of the filters. */
export const collectTitles = async (filters: ReadonlyArray<string>): Promise<ReadonlyArray<Title>> => {
  // The tests of adapters prove stores, not rules, and some need a server.
  const options = { watch: false, project: "code", isolate: false, maxWorkers: 1, reporters: [] }
  const vitest = await createVitest("test", options)
  try {
    const { testModules, unhandledErrors } = await vitest.collect([...filters])
    const errors = [...unhandledErrors, ...testModules.flatMap((module) => module.errors())]
    if (errors.length > 0) throw new AggregateError(errors, "a test file does not load")
    // Modules come as they happen to load.
    const inOrder = testModules.toSorted((one, other) => (one.relativeModuleId < other.relativeModuleId ? -1 : 1))
    return inOrder.flatMap((module) =>
      Array.from(module.children.allTests(), (test) => ({
        file: module.relativeModuleId,
        name: test.fullName,
        runs: test.meta().runs,
      })),
    )
  } finally {
    await vitest.close()
  }
}

const word = "[A-Z0-9]+(?:-[A-Z0-9]+)*"

/** Whether a text names a key, and not only a longer word that holds it. */
export const names = (text: string, key: string): boolean =>
  new RegExp(`(?<![A-Za-z0-9_-])${key}(?![A-Za-z0-9_-])`).test(text)

/** Words that are written like keys and are none. */
const acronyms = new Set([
  "AEAD",
  "CSV",
  "DPV",
  "EEA",
  "EPO",
  "GDPR",
  "HMAC",
  "HMAC-SHA-256",
  "ISO",
  "JSON",
  "OCEL",
  "SHA-256",
  "UUID",
  "XES",
])

const isNumber = (text: string) =>
  /^[0-9-]*$|^\d{4}-\d\d-\d\dT\d\d$|^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(text)

/**
 * The keys of rules that a test's name cites: words in capitals with a hyphen anywhere, and those without one where keys
 * are listed, before a colon or in brackets. `V01` to `V60` are contradictions, `P1M` a period.
 */
export const cited = (name: string): ReadonlyArray<string> => {
  const hyphenated = name.matchAll(/(?<![A-Za-z0-9_/.-])[A-Z0-9]+(?:-[A-Z0-9]+)+(?![A-Za-z0-9_/.-])/g)
  const list = `${word}(?:, ${word})*`
  const lists = name.matchAll(new RegExp(`(?:^|> )(${list})(?: \\(${list}\\))?:|\\((${list})\\)`, "g"))
  const words = [
    ...Array.from(hyphenated, ([token]) => token),
    ...Array.from(lists, ([, before = "", within = ""]) => `${before}, ${within}`.split(", ")).flat(),
  ]
  const isOther = (token: string) =>
    token.length < 3 || isNumber(token) || acronyms.has(token) || /^(V\d\d|P(\d+[YMWD])+)$/.test(token)
  return Array.from(new Set(words.filter((token) => !isOther(token))))
}
