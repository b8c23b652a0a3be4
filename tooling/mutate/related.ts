/** Which files need a file, by relative imports. */
import { dirname, join, normalize } from "node:path"
import { importsOf } from "../check-imports.ts"

/** For each file those that import it. */
export type Importers = ReadonlyMap<string, ReadonlyArray<string>>

export const importersOf = (sources: ReadonlyMap<string, string>): Importers => {
  const importers = new Map<string, Array<string>>()
  for (const [file, source] of sources) {
    for (const { specifier } of importsOf(file, source)) {
      if (!specifier.startsWith(".")) continue
      const target = normalize(join(dirname(file), specifier))
      importers.set(target, [...(importers.get(target) ?? []), file])
    }
  }
  return importers
}

/** How many folders two files share, from the root on. */
const shared = (one: string, other: string): number => {
  const [folders, others] = [dirname(one).split("/"), dirname(other).split("/")]
  const differs = folders.findIndex((folder, at) => folder !== others[at])
  return differs < 0 ? folders.length : differs
}

/**
 * The tests that load a file, at most so many: the one of its name, those that share most folders with it, the fewest
 * imports away; then by name.
 */
export const testsOf = (file: string, importers: Importers, most: number): ReadonlyArray<string> => {
  const steps = new Map([[file, 0]])
  // The map grows as it is walked, in the order of steps.
  for (const [reached, step] of steps) {
    for (const next of importers.get(reached) ?? []) if (!steps.has(next)) steps.set(next, step + 1)
  }
  const own = file.replace(/\.ts$/, ".test.ts")
  return [...steps.keys()]
    .filter((path) => path.endsWith(".test.ts"))
    .toSorted(
      (one, other) =>
        Number(other === own) - Number(one === own) ||
        shared(file, other) - shared(file, one) ||
        steps.get(one)! - steps.get(other)! ||
        (one < other ? -1 : 1),
    )
    .slice(0, most)
}
