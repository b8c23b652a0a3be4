/**
 * Refuses an id or a word that a store would keep as it is: a brand is no check, and a text in its place may be of a person.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as Moment from "../../calendar/Moment.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import { isCanonical } from "../../eventsourcing/Uuid.ts"
import { PersonalDataCategory } from "../PersonalDataCategory.ts"
import { InvalidValue } from "../VaultError.ts"
import { collectors, sources, toldKinds } from "../Source.ts"

const isCategory = Schema.is(PersonalDataCategory)

const refuse = (command: string, field: string, accepted: string) =>
  Effect.fail(new Refusal({ rule: "TACET-FORMAT", command, field, accepted }))

/** Refuses ids that are no UUIDs. */
export const requireIds = (
  command: string,
  ids: { readonly [field: string]: string | undefined },
): Effect.Effect<void, Refusal> => {
  const wrong = Object.entries(ids).find(([, id]) => id !== undefined && !isCanonical(id))
  return wrong === undefined ? Effect.void : refuse(command, wrong[0], "a UUID in lower case")
}

/** Whether all of these are ids: a store is not asked for another text, and would find nothing. */
export const areIds = (...ids: ReadonlyArray<string>): boolean => ids.every((id) => isCanonical(id))

/** Refuses numbers that are no moments: no store keeps them alike. */
export const requireMoments = (
  command: string,
  moments: { readonly [field: string]: EpochMillis | undefined },
): Effect.Effect<void, Refusal> => {
  const wrong = Object.entries(moments).find(([, at]) => at !== undefined && !Moment.isMoment(at))
  return wrong === undefined ? Effect.void : refuse(command, wrong[0], Moment.accepted)
}

/** The words of a value that is to be sealed. */
interface Words {
  readonly category: string
  readonly source?: string | undefined
  readonly kind?: string | undefined
  readonly collectedBy?: string | undefined
}

/** Refuses words that the vocabulary does not know. */
const requireWords = (
  command: string,
  { category, collectedBy, kind, source }: Words,
): Effect.Effect<void, Refusal> => {
  if (!isCategory(category)) return refuse(command, "category", "a category of the vocabulary")
  const lists: ReadonlyArray<readonly [field: string, word: string | undefined, known: ReadonlyArray<string>]> = [
    ["source", source, sources],
    ["kind", kind, toldKinds],
    ["collectedBy", collectedBy, collectors],
  ]
  for (const [field, word, known] of lists) {
    if (word !== undefined && !known.includes(word)) return refuse(command, field, `one of these: ${known.join(", ")}`)
  }
  return Effect.void
}

/** A value that is to be sealed, as far as it can be judged by itself. */
interface Text extends Words {
  readonly customer: CustomerId
  readonly category: PersonalDataCategory
  readonly value: string
}

/**
 * Refuses words that the vocabulary does not know, and a text that would come back as another: UTF-8 has no lone surrogates.
 */
export const requireFit = (command: string, text: Text): Effect.Effect<void, Refusal | InvalidValue> => {
  const { category, customer, value } = text
  const accepted = "well-formed text, without lone surrogates"
  return Effect.andThen(
    requireWords(command, text),
    /\p{Surrogate}/u.test(value) ? Effect.fail(new InvalidValue({ customer, category, accepted })) : Effect.void,
  )
}
