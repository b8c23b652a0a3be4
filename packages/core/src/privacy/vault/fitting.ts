/**
 * Refuses an id or a word that a store would keep as it is: a brand is no check, and a text in its place may be of a person.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import { PersonalDataCategory } from "../PersonalDataCategory.ts"
import { type Collector, type Source, type ToldKind } from "../Source.ts"

const isUuid = Schema.is(Uuid)
const isCategory = Schema.is(PersonalDataCategory)

const sources: { readonly [Word in Source]: true } = {
  givenByPerson: true,
  observed: true,
  thirdParty: true,
  derived: true,
}
const kinds: { readonly [Word in ToldKind]: true } = { callData: true, thirdPartyServiceData: true }
const collectors: { readonly [Word in Collector]: true } = { customer: true, partner: true, thirdParty: true }

const refuse = (command: string, field: string, accepted: string) =>
  Effect.fail(new Refusal({ rule: "TACET-FORMAT", command, field, accepted }))

/** Refuses ids that are no UUIDs. */
export const requireIds = (
  command: string,
  ids: { readonly [field: string]: string | undefined },
): Effect.Effect<void, Refusal> => {
  const wrong = Object.entries(ids).find(([, id]) => id !== undefined && !isUuid(id))
  return wrong === undefined ? Effect.void : refuse(command, wrong[0], "a UUID in lower case")
}

/** The words of a value that is to be sealed. */
interface Words {
  readonly category: string
  readonly source?: string | undefined
  readonly kind?: string | undefined
  readonly collectedBy?: string | undefined
}

/** Refuses words that the vocabulary does not know. */
export const requireWords = (
  command: string,
  { category, collectedBy, kind, source }: Words,
): Effect.Effect<void, Refusal> => {
  if (!isCategory(category)) return refuse(command, "category", "a category of the vocabulary")
  const lists = [
    ["source", source, sources],
    ["kind", kind, kinds],
    ["collectedBy", collectedBy, collectors],
  ] as const
  for (const [field, word, known] of lists) {
    if (word !== undefined && !Object.hasOwn(known, word)) {
      return refuse(command, field, `one of these: ${Object.keys(known).join(", ")}`)
    }
  }
  return Effect.void
}
