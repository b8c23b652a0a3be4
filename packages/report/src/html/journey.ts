/**
 * Steps and journeys as they are written in tables. A name may be of any script and of any length, so each is isolated
 * in direction and may break anywhere.
 */
import { plural } from "./format.ts"
import { markup, type Markup } from "./markup.ts"

/** Steps shown before the rest is folded away. */
const shownSteps = 10

export const name = (text: string): Markup => markup`<bdi class="name">${text}</bdi>`

const list = (steps: ReadonlyArray<string>, start: number): Markup =>
  markup`<ol class="journey" start="${start}">
    ${steps.map((step) => markup`<li>${name(step)}</li>`)}
  </ol>`

/** A journey as a list of its steps. */
export const journey = (steps: ReadonlyArray<string>): Markup => {
  if (steps.length === 0) return markup`<span class="none">without a step</span>`
  if (steps.length <= shownSteps + 2) return list(steps, 1)
  const rest = steps.slice(shownSteps)
  return markup`${list(steps.slice(0, shownSteps), 1)}
    <details class="more">
      <summary>${plural(rest.length, "more step")}</summary>
      ${list(rest, shownSteps + 1)}
    </details>`
}
