/**
 * The real sessions of msnbc.com of 28 September 1999, where the data lies beside the repository. A line is one session;
 * a number is the category of a page.
 */
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import type { Counted, Variant } from "./Counted.ts"
import type { StepEvent, Steps } from "./StepEvent.ts"
import { firstFile } from "./zip.ts"

const folder = resolve(import.meta.dirname, "../../../../shared/data/msnbc")

/** What the sessions must come to, by an independent count. */
export interface Truth {
  readonly raw: Counted
  readonly collapsed: Counted
}

/** The sessions and their ground truth; `undefined` where the data is not there. */
export const read = (): { readonly steps: Steps; readonly truth: Truth } | undefined => {
  if (!existsSync(join(folder, "ground_truth.json"))) return undefined
  const truth = JSON.parse(readFileSync(join(folder, "ground_truth.json"), "utf8")) as TruthFile
  const [head, body] = firstFile(readFileSync(join(folder, "msnbc990928.zip")))
    .toString("latin1")
    .split("% Sequences:")
  const categories = head!
    .split("\n")
    .find((line) => line.startsWith("frontpage"))!
    .trim()
    .split(" ")
  const events: Array<StepEvent> = []
  let interaction = 0
  for (const line of body!.split("\n")) {
    if (line.trim() === "") continue
    for (const number of line.trim().split(" ")) events.push({ interaction, step: categories[Number(number) - 1]! })
    interaction++
  }
  return {
    steps: { name: "MSNBC", events },
    truth: { raw: countedIn(truth.raw), collapsed: countedIn(truth.consecutive_duplicates_collapsed) },
  }
}

interface TruthFile {
  readonly raw: TruthCount
  readonly consecutive_duplicates_collapsed: TruthCount
}

interface TruthCount {
  readonly cases: number
  readonly variants: number
  readonly top_variants: ReadonlyArray<{ readonly count: number; readonly variant: ReadonlyArray<string> }>
}

const countedIn = ({ cases, top_variants, variants }: TruthCount): Counted => ({
  interactions: cases,
  variants,
  topTen: top_variants.slice(0, 10).map(({ count, variant }): Variant => ({ steps: variant, count })),
})
