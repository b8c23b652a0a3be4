/**
 * Random operations on a store of vault rows, over few subjects, values, interactions and tokens, so that they meet often.
 */
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import { UtcDay } from "@tacet/core/calendar"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type Ended, Keyring, type PersonalDataCategory, Subject, type VaultStore } from "@tacet/core/privacy"

type Store = VaultStore.VaultStore["Service"]

/** One operation: its Customer, its name, and its effect on a store. */
export interface VaultOperation {
  readonly customer: number
  readonly name: string
  readonly run: (store: Store, cast: Cast) => Effect.Effect<unknown, unknown>
}

/** The ids that operations name by number. */
export interface Cast {
  readonly customers: ReadonlyArray<CustomerId.CustomerId>
  readonly subjects: ReadonlyArray<Subject.SubjectId>
  readonly ids: ReadonlyArray<Uuid.Uuid>
}

const [customers, subjects, ids] = [2, 3, 6]

/** Draws ids that no one has met. */
export const aCast: Effect.Effect<Cast> = Effect.gen(function* () {
  const some = (count: number) => Effect.all(Array.from({ length: count }, () => Uuid.next))
  return {
    customers: (yield* some(customers)) as unknown as ReadonlyArray<CustomerId.CustomerId>,
    subjects: (yield* some(subjects)) as unknown as ReadonlyArray<Subject.SubjectId>,
    ids: yield* some(ids),
  }
})

/** An operation as failure messages show it. */
export const format = ({ customer, name }: VaultOperation): string => `c${customer} ${name}`

const aMoment = FastCheck.tuple(FastCheck.nat({ max: 4 }), FastCheck.nat({ max: 1 })).map(
  ([days, more]) => days * UtcDay.dayMillis + more,
)
const anEnd = FastCheck.option(aMoment, { nil: undefined })
// The first ones more often, so that operations meet; all of them now and then, so that they pass each other by.
const aCustomer = FastCheck.constantFrom(0, 0, 0, 0, 1)
const aSubject = FastCheck.constantFrom(0, 0, 0, 1, 1, 2)
const anId = FastCheck.nat({ max: ids - 1 })
const aReference = FastCheck.constantFrom(0, 0, 1, 2)
const isSeldom = FastCheck.constantFrom(false, false, false, false, true)
const aCategory = FastCheck.constantFrom<PersonalDataCategory.PersonalDataCategory>("freeText", "ipAddress")
const aCause = FastCheck.constantFrom(...Subject.ErasureCause.literals)
const aLimit = FastCheck.constantFrom(1, 2, 9)
/** Any name of a purpose comes back as it was. */
const texts = FastCheck.uniqueArray(
  FastCheck.constantFrom("customerCare", "sale", "", "'; DROP TABLE x; --", "{}", "\0", "\ud800", "🂡"),
  { maxLength: 3 },
)
const bytes = FastCheck.uint8Array({ maxLength: 40 })

const aKey = FastCheck.tuple(aCategory, anId, anId, bytes)
const anErasure: FastCheck.Arbitrary<Keyring.Erasure> = FastCheck.record({
  fingerprint: FastCheck.constantFrom("f1", "f2"),
  at: aMoment,
  cause: aCause,
  done: texts,
  completed: FastCheck.boolean(),
})

/** A state for which keys are drawn by number; an erased one has none. */
const aState = FastCheck.tuple(FastCheck.array(aKey, { maxLength: 3 }), isSeldom, texts)

const stateOf = (
  [keys, isRestricted, objections]: readonly [
    ReadonlyArray<readonly [PersonalDataCategory.PersonalDataCategory, number, number, Uint8Array]>,
    boolean,
    ReadonlyArray<string>,
  ],
  cast: Cast,
): Keyring.KeyringState => ({
  keys: new Map(
    keys.map(([category, keyId, wrappingKey, wrapped]) => [
      category,
      { keyId: cast.ids[keyId]!, wrappingKey: cast.ids[wrappingKey]!, wrapped },
    ]),
  ),
  restricted: isRestricted,
  objections: new Set(objections),
  erasure: undefined,
})

const aValue = FastCheck.record({
  reference: aReference,
  category: aCategory,
  purposes: texts,
  origin: FastCheck.constantFrom<Pick<VaultStore.ValueRow, "source" | "kind" | "collectedBy">>(
    { source: "givenByPerson", kind: "callData", collectedBy: undefined },
    { source: "thirdParty", kind: undefined, collectedBy: "customer" },
    { source: undefined, kind: "thirdPartyServiceData", collectedBy: "partner" },
  ),
  collectedAt: aMoment,
  retentionEnd: anEnd,
  keyId: anId,
  nonce: bytes,
  cipherText: bytes,
}).map(({ origin, ...value }) => ({ ...value, ...origin }))
const aCollection: FastCheck.Arbitrary<Ended.Collected | undefined> = FastCheck.option(
  FastCheck.record({ category: aCategory, at: aMoment }),
  { nil: undefined },
)
const aLink = FastCheck.record({ interaction: anId, retentionEnd: anEnd, collected: aCollection })
const aLocator = FastCheck.record({
  token: FastCheck.constantFrom("t1", "t2"),
  period: FastCheck.constant("1970-01"),
  validFrom: aMoment,
  validTo: anEnd,
  retentionEnd: anEnd,
  collected: aCollection,
})

/** Rows that have ended: of each category some segments, one behind the other. */
const someEnded: FastCheck.Arbitrary<Omit<Ended.Ended, "ofSubjects">> = FastCheck.record({
  at: aMoment,
  unrecordedBy: aMoment,
  segments: FastCheck.array(FastCheck.record({ category: aCategory, end: aMoment, endedBy: anEnd }), {
    maxLength: 4,
  }).map((drawn) =>
    drawn
      .toSorted((one, other) => one.end - other.end)
      .flatMap(({ category, end, endedBy }, index, all): ReadonlyArray<Ended.Segment> => {
        const since = all.slice(0, index).findLast((one) => one.category === category)?.end ?? 0
        return since === end ? [] : [{ category, since, until: end, endedBy }]
      }),
  ),
})
/** Rows of single subjects, each drawn by its number, that have ended beside those. */
const ofSubjects = FastCheck.array(
  FastCheck.record({ subject: aSubject, category: aCategory, since: aMoment, until: aMoment, endedBy: anEnd }),
  { maxLength: 2 },
)
const remainsOf = FastCheck.record({ on: aMoment, cause: aCause })

const few = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.array(arbitrary, { maxLength: 3 })

const operation = <Drawn>(
  name: string,
  drawn: FastCheck.Arbitrary<Drawn>,
  run: (store: Store, drawn: Drawn, cast: Cast, customer: CustomerId.CustomerId) => Effect.Effect<unknown, unknown>,
): FastCheck.Arbitrary<VaultOperation> =>
  FastCheck.tuple(aCustomer, drawn).map(([customer, drawn]) => ({
    customer,
    name: `${name} ${JSON.stringify(drawn)}`,
    run: (store, cast) => run(store, drawn, cast, cast.customers[customer]!),
  }))

/** Changes a keyring by the revision it is at, or one that is off by some. */
const changing = <Drawn>(
  name: string,
  state: FastCheck.Arbitrary<Drawn>,
  next: (drawn: Drawn, cast: Cast) => Keyring.KeyringState,
) =>
  operation(
    name,
    FastCheck.tuple(aSubject, FastCheck.constantFrom(0, 0, 0, 0, -1, 1), state),
    (store, [subject, off, drawn], cast, customer) =>
      Effect.flatMap(store.keyring(customer, cast.subjects[subject]!), (known) => {
        const revision = known._tag === "Some" ? known.value.revision : 0
        return store.changeKeyring(customer, cast.subjects[subject]!, Math.max(0, revision + off), next(drawn, cast))
      }),
  )

/** Removes to the end, in batches, of which each answers something and not more than it may. */
const toTheEnd = Effect.fnUntraced(function* (
  remove: (limit: number) => Effect.Effect<number, unknown>,
  limit: number,
) {
  let total = 0
  for (;;) {
    const removed = yield* remove(limit)
    if (removed === 0) return total
    if (removed > limit) return `${removed} at once`
    total += removed
  }
})

/** An operation of any kind. */
export const aVaultOperation: FastCheck.Arbitrary<VaultOperation> = FastCheck.oneof(
  { weight: 6, arbitrary: changing("changeKeyring", aState, stateOf) },
  {
    weight: 2,
    arbitrary: changing("changeErasure", anErasure, (erasure) => ({ ...Keyring.empty, erasure })),
  },
  {
    weight: 1,
    arbitrary: operation("fence", FastCheck.tuple(aSubject, anErasure), (store, [subject, erasure], cast, customer) =>
      store.fence(customer, cast.subjects[subject]!, erasure),
    ),
  },
  {
    weight: 10,
    arbitrary: operation(
      "put",
      FastCheck.record({
        subject: aSubject,
        values: few(aValue),
        isMisfit: isSeldom,
        correction: isSeldom,
        links: few(aLink),
        locators: few(aLocator),
      }),
      (store, drawn, cast, customer) => {
        const subject = cast.subjects[drawn.subject]!
        return Effect.flatMap(store.keyring(customer, subject), (known) => {
          const keys = known._tag === "Some" ? known.value.keys : Keyring.empty.keys
          const values = drawn.values.flatMap((value) => {
            // Mostly sealed with the key that is there; without one there is nothing to seal with.
            const keyId = drawn.isMisfit ? cast.ids[value.keyId]! : keys.get(value.category)?.keyId
            const reference = cast.ids[value.reference]!
            return keyId === undefined ? [] : [{ ...value, subject, reference, keyId, algorithm: "AES-256-GCM" }]
          })
          const links = drawn.links.map((link) => ({ ...link, subject, interaction: cast.ids[link.interaction]! }))
          const locators = drawn.locators.map((locator) => ({ ...locator, subject }))
          return store.put(customer, subject, { values, links, locators, correction: drawn.correction })
        })
      },
    ),
  },
  {
    weight: 2,
    arbitrary: operation("find", aReference, (store, id, cast, customer) => store.find(customer, cast.ids[id]!)),
  },
  {
    weight: 3,
    arbitrary: operation(
      "valuesOf",
      FastCheck.tuple(aSubject, FastCheck.option(anId), aLimit),
      (store, [subject, after, limit], cast, customer) =>
        store.valuesOf(customer, cast.subjects[subject]!, {
          ...(after === null ? {} : { after: cast.ids[after]! }),
          limit,
        }),
    ),
  },
  {
    weight: 2,
    arbitrary: operation(
      "locate",
      FastCheck.tuple(
        FastCheck.subarray(["t1", "t2", "t3"]),
        FastCheck.record({ from: aMoment, to: FastCheck.oneof(aMoment, FastCheck.constant(Infinity)), at: aMoment }),
      ),
      (store, [tokens, range], _, customer) => store.locate(customer, tokens, range),
    ),
  },
  {
    weight: 2,
    arbitrary: operation("linksOf", FastCheck.tuple(aSubject, aMoment), (store, [subject, at], cast, customer) =>
      store.linksOf(customer, cast.subjects[subject]!, at),
    ),
  },
  {
    weight: 2,
    arbitrary: operation("subjectOf", FastCheck.tuple(anId, aMoment), (store, [id, at], cast, customer) =>
      store.subjectOf(customer, cast.ids[id]!, at),
    ),
  },
  {
    weight: 1,
    arbitrary: operation("unlink", FastCheck.tuple(aSubject, few(anId)), (store, [subject, of], cast, customer) =>
      store.unlink(
        customer,
        cast.subjects[subject]!,
        of.map((id) => cast.ids[id]!),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: operation(
      "destroy",
      FastCheck.tuple(few(aReference), remainsOf),
      (store, [of, remains], cast, customer) =>
        store.destroy(
          customer,
          of.map((id) => cast.ids[id]!),
          remains,
        ),
    ),
  },
  {
    weight: 1,
    arbitrary: operation(
      "removeSubject",
      FastCheck.tuple(aSubject, remainsOf, aLimit),
      (store, [subject, remains, limit], cast, customer) =>
        toTheEnd((some) => store.removeSubject(customer, cast.subjects[subject]!, remains, some), limit),
    ),
  },
  {
    weight: 2,
    arbitrary: operation(
      "sweep",
      FastCheck.tuple(someEnded, ofSubjects, aLimit),
      (store, [segments, drawn, limit], cast, customer) => {
        const ended: Ended.Ended = {
          ...segments,
          ofSubjects: drawn.map((one) => ({ ...one, subject: cast.subjects[one.subject]! })),
        }
        return Effect.all([store.tally(customer, ended), toTheEnd((some) => store.sweep(customer, ended, some), limit)])
      },
    ),
  },
  {
    weight: 1,
    arbitrary: operation(
      "keyrings",
      FastCheck.tuple(FastCheck.option(aSubject), aLimit),
      (store, [after, limit], cast, customer) =>
        store.keyrings(customer, { ...(after === null ? {} : { after: cast.subjects[after]! }), limit }),
    ),
  },
  {
    weight: 1,
    arbitrary: operation("unfinished", FastCheck.constant(0), (store, _, __, customer) => store.unfinished(customer)),
  },
)

/** Every query of a store: the audit at the end of a history runs all of them. */
export const everyQuestion = (store: Store, cast: Cast): Effect.Effect<unknown, unknown> =>
  Effect.forEach(cast.customers, (customer) =>
    Effect.all([
      store.keyrings(customer, { limit: 99 }),
      store.unfinished(customer),
      store.spans(customer),
      store.spansOf(customer, cast.subjects),
      Effect.forEach(cast.subjects, (subject) => store.valuesOf(customer, subject, { limit: 99 })),
      Effect.forEach(cast.subjects, (subject) => store.linksOf(customer, subject, 0)),
      Effect.forEach(cast.ids, (id) => store.find(customer, id)),
      Effect.forEach(cast.ids, (id) => store.subjectOf(customer, id, 0)),
      Effect.forEach(["t1", "t2"], (token) => store.locate(customer, [token], { from: 0, to: Infinity, at: 0 })),
    ]),
  )
