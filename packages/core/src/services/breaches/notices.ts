/**
 * Drafts of the notices of a breach: to the authority with the content of GDPR 33(3), to the persons with that of 34(2). They
 * are made of counts and of what the caller adds, and hold no value of a person.
 */
import * as DateTime from "effect/DateTime"
import * as Breach from "../../domain/Breach.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"

/** What a person writes into both notices; it is not recorded. */
export interface Details {
  /** Whom to ask: the data protection officer or another contact point. */
  readonly contact: string
  /** The likely consequences, in plain words. */
  readonly consequences: string
  /** What a person can do against them. */
  readonly advice?: string
}

/** A part of a notice, by the point of the article that asks for it. */
export interface Part {
  readonly article: string
  readonly text: string
}

/** The drafts. */
export interface Drafts {
  readonly authority: ReadonlyArray<Part>
  readonly persons: ReadonlyArray<Part>
}

/** Both drafts, as far as the breach is known. */
export const draftsOf = (state: Breach.State, policy: EffectivePolicy, details: Details): Drafts => {
  const nature = `Breach of ${state.discovered?.nature.join(", ") ?? "unknown nature"}`
  const measures =
    state.limited.length === 0
      ? "No measure has been recorded yet."
      : `Measures taken: ${state.limited.map(({ measure }) => words(measure)).join(", ")}.`
  return {
    authority: [
      { article: "33(1)", text: timesOf(state, policy) },
      { article: "33(3)(a)", text: `${nature}. ${extentOf(state)}` },
      { article: "33(3)(b)", text: details.contact },
      { article: "33(3)(c)", text: details.consequences },
      { article: "33(3)(d)", text: measures },
    ],
    persons: [
      { article: "34(2), 33(3)(a)", text: `${nature} of your data: ${categoriesOf(state)}.` },
      { article: "34(2), 33(3)(b)", text: details.contact },
      { article: "34(2), 33(3)(c)", text: details.consequences },
      {
        article: "34(2), 33(3)(d)",
        text: details.advice === undefined ? measures : `${measures} What you can do: ${details.advice}`,
      },
    ],
  }
}

const timesOf = (state: Breach.State, policy: EffectivePolicy): string => {
  const due = Breach.dueAt(state, policy)
  if (state.discovered === undefined || due === undefined) return "Not discovered."
  return `Discovered ${DateTime.formatIso(state.discovered.occurredAt)}; the notice is due ${DateTime.formatIso(due)}.`
}

const extentOf = ({ assessed }: Breach.State): string => {
  if (assessed === undefined) return "Its extent is not known yet; further information follows in phases (33(4))."
  const records = assessed.values.map(({ category, count }) => `${count} of ${words(category)}`)
  return `Persons: ${assessed.persons}. Records: ${records.join(", ") || "none"}. Risk: ${assessed.risk}.`
}

const categoriesOf = ({ assessed }: Breach.State): string =>
  assessed?.values.map(({ category }) => words(category)).join(", ") || "not known yet"

const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
