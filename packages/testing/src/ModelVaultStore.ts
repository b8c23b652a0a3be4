/**
 * A store of vault rows that is as simple as can be: lists, and a search through them for every answer. The property of the
 * model compares a store with it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UtcDay } from "@tacet/core/calendar"
import type { CustomerId, EventEnvelope } from "@tacet/core/eventsourcing"
import { type Ended, Keyring, PersonalDataCategory, VaultError, VaultStore } from "@tacet/core/privacy"

interface Compartment {
  keyrings: ReadonlyArray<Keyring.Keyring>
  values: ReadonlyArray<VaultStore.ValueRow>
  links: ReadonlyArray<VaultStore.LinkRow>
  locators: ReadonlyArray<VaultStore.LocatorRow>
  destroyed: ReadonlyArray<VaultStore.Destroyed>
}

type Store = VaultStore.VaultStore["Service"]
type Row = VaultStore.ValueRow | VaultStore.LinkRow | VaultStore.LocatorRow

/** Makes an empty store. */
export const make = (): Store => {
  const compartments = new Map<CustomerId.CustomerId, Compartment>()
  const of = (customer: CustomerId.CustomerId): Compartment => {
    const known = compartments.get(customer) ?? { keyrings: [], values: [], links: [], locators: [], destroyed: [] }
    compartments.set(customer, known)
    return known
  }
  const allOf = (customer: CustomerId.CustomerId): ReadonlyArray<Row> => {
    const { links, locators, values } = of(customer)
    return [...values, ...links, ...locators]
  }
  const keyringOf = (customer: CustomerId.CustomerId, subject: string) =>
    of(customer).keyrings.find((keyring) => keyring.subject === subject)

  const keep = (keyring: Keyring.Keyring): Keyring.Keyring => {
    const all = of(keyring.customer)
    all.keyrings = [...all.keyrings.filter(({ subject }) => subject !== keyring.subject), keyring].toSorted(
      by(({ subject }) => subject),
    )
    return keyring
  }

  /** Removes rows that meet a condition, up to a limit. */
  const remove = (
    customer: CustomerId.CustomerId,
    condition: (row: Row) => boolean,
    remains: Omit<VaultStore.Destroyed, "reference">,
    limit: number,
  ): number => {
    const all = of(customer)
    const gone = new Set([...all.values, ...all.links, ...all.locators].filter(condition).slice(0, limit))
    const references = all.values.filter((row) => gone.has(row)).map(({ reference }) => reference)
    all.destroyed = [...all.destroyed, ...references.map((reference) => ({ reference, ...remains }))]
    all.values = all.values.filter((row) => !gone.has(row))
    all.links = all.links.filter((row) => !gone.has(row))
    all.locators = all.locators.filter((row) => !gone.has(row))
    return gone.size
  }

  const erased = ({ customer, erasure, revision, subject }: Keyring.Keyring) =>
    new VaultError.SubjectErased({ customer, subject, seenRevision: revision, cause: erasure!.cause })

  return {
    keyring: (customer, subject) => Effect.sync(() => Option.fromNullishOr(keyringOf(customer, subject))),
    changeKeyring: (customer, subject, revision, next) =>
      Effect.suspend((): ReturnType<Store["changeKeyring"]> => {
        const known = keyringOf(customer, subject)
        const actualRevision = known?.revision ?? 0
        if (known?.erasure !== undefined && (next.erasure === undefined || next.keys.size > 0)) {
          return Effect.fail(erased(known))
        }
        return actualRevision === revision
          ? Effect.succeed(keep({ ...next, customer, subject, revision: revision + 1 }))
          : Effect.fail(new VaultStore.KeyringMoved({ actualRevision }))
      }),
    fence: (customer, subject, erasure) =>
      Effect.sync(() => {
        const known = keyringOf(customer, subject)
        if (known?.erasure !== undefined) return known.erasure
        keep({ ...Keyring.empty, customer, subject, erasure, revision: (known?.revision ?? 0) + 1 })
        return erasure
      }),
    put: (customer, subject, { correction = false, links = [], locators = [], values = [] }) =>
      Effect.suspend((): ReturnType<Store["put"]> => {
        const known = keyringOf(customer, subject)
        if (known?.erasure !== undefined) return Effect.fail(erased(known))
        if (known?.restricted === true && !correction)
          return Effect.fail(new VaultError.SubjectRestricted({ customer, subject }))
        if (values.some(({ category, keyId }) => known?.keys.get(category)?.keyId !== keyId)) {
          return Effect.fail(new VaultStore.KeyringMoved({ actualRevision: known?.revision ?? 0 }))
        }
        if (known === undefined) keep({ ...Keyring.empty, customer, subject, revision: 1 })
        const all = of(customer)
        for (const row of values) {
          const isKnown = [...all.values, ...all.destroyed].some(({ reference }) => reference === row.reference)
          if (!isKnown) all.values = [...all.values, row]
        }
        for (const row of links) {
          const isKnown = all.links.some((one) => one.subject === subject && one.interaction === row.interaction)
          if (!isKnown) all.links = [...all.links, row]
        }
        for (const row of locators) {
          const isKnown = all.locators.some((one) => placeOf(one) === placeOf(row))
          if (!isKnown) all.locators = [...all.locators, row]
        }
        return Effect.void
      }),
    find: (customer, reference) =>
      Effect.sync(() => {
        const { destroyed, values } = of(customer)
        const value = values.find((row) => row.reference === reference)
        if (value !== undefined) {
          const keyring = Option.fromNullishOr(keyringOf(customer, value.subject))
          return Option.some({ _tag: "Value" as const, value, keyring })
        }
        const gone = destroyed.find((row) => row.reference === reference)
        return Option.map(Option.fromNullishOr(gone), (destroyed) => ({ _tag: "Destroyed" as const, destroyed }))
      }),
    valuesOf: (customer, subject, { after = "", limit }) =>
      Effect.sync(() =>
        of(customer)
          .values.filter((row) => row.subject === subject && row.reference > after)
          .toSorted(by(({ reference }) => reference))
          .slice(0, limit),
      ),
    locate: (customer, tokens, { at, from, to }) =>
      Effect.sync(() => {
        const touched = of(customer).locators.filter(
          (row) =>
            tokens.includes(row.token) && isKept(row, at) && row.validFrom < to && (row.validTo ?? Infinity) > from,
        )
        return Array.from(new Set(touched.map(({ subject }) => subject))).toSorted()
      }),
    linksOf: (customer, subject, at) =>
      Effect.sync(() =>
        of(customer)
          .links.filter((row) => row.subject === subject && isKept(row, at))
          .map(({ interaction }) => interaction)
          .toSorted(),
      ),
    subjectOf: (customer, interaction, at) =>
      Effect.sync(() => {
        const links = of(customer).links.filter((row) => row.interaction === interaction && isKept(row, at))
        return Option.fromNullishOr(links.map(({ subject }) => subject).toSorted()[0])
      }),
    unlink: (customer, subject, interactions) =>
      Effect.sync(() => {
        const all = of(customer)
        all.links = all.links.filter((row) => row.subject !== subject || !interactions.includes(row.interaction))
      }),
    destroy: (customer, references, remains) =>
      Effect.sync(() => {
        remove(customer, (row) => "reference" in row && references.includes(row.reference), remains, Infinity)
      }),
    removeSubject: (customer, subject, remains, limit) =>
      Effect.sync(() => remove(customer, (row) => row.subject === subject, remains, limit)),
    spans: (customer) =>
      Effect.sync(() =>
        categories.flatMap((category): ReadonlyArray<Ended.Span> => {
          const rows = allOf(customer).filter((row) => collectedOf(row)?.category === category)
          const moments = (some: ReadonlyArray<Row>) => some.map((row) => collectedOf(row)!.at).toSorted(byNumber)
          const [oldest] = moments(rows)
          if (oldest === undefined) return []
          const endless = moments(rows.filter(({ retentionEnd }) => retentionEnd === undefined))
          const [oldestEndless] = endless
          return [
            {
              category,
              oldest,
              newest: moments(rows).at(-1)!,
              endless: oldestEndless === undefined ? undefined : { oldest: oldestEndless, newest: endless.at(-1)! },
            },
          ]
        }),
      ),
    spansOf: (customer, subjects) =>
      Effect.sync(() =>
        Array.from(new Set(subjects))
          .toSorted()
          .flatMap((subject) =>
            categories.flatMap((category): ReadonlyArray<Ended.SubjectSpan> => {
              const moments = allOf(customer)
                .filter((row) => row.subject === subject && collectedOf(row)?.category === category)
                .map((row) => collectedOf(row)!.at)
                .toSorted(byNumber)
              const [oldest] = moments
              return oldest === undefined ? [] : [{ subject, category, oldest, newest: moments.at(-1)! }]
            }),
          ),
      ),
    tally: (customer, ended) =>
      Effect.sync(() =>
        [undefined, ...categories].flatMap((category): ReadonlyArray<Ended.Tally> => {
          const rows = allOf(customer).filter(
            (row) => collectedOf(row)?.category === category && hasEnded(ended, row),
          ).length
          return rows === 0 ? [] : [{ category, rows }]
        }),
      ),
    sweep: (customer, ended, limit) =>
      Effect.sync(() => {
        const remains = { on: UtcDay.startOfDay(ended.at), cause: "retention" } as const
        return remove(customer, (row) => hasEnded(ended, row), remains, limit)
      }),
    keyrings: (customer, { after = "", limit }) =>
      Effect.sync(() =>
        of(customer)
          .keyrings.filter(({ subject }) => subject > after)
          .slice(0, limit),
      ),
    unfinished: (customer) =>
      Effect.sync(() => of(customer).keyrings.filter(({ erasure }) => erasure !== undefined && !erasure.completed)),
  }
}

const categories = PersonalDataCategory.PersonalDataCategory.literals.toSorted()

const byNumber = (one: number, other: number): number => one - other

const collectedOf = (row: Row): Ended.Collected | undefined =>
  "category" in row ? { category: row.category, at: row.collectedAt } : row.collected

/** Whether a row has ended, from the words of the port. */
const hasEnded = ({ ofSubjects, segments, unrecordedBy }: Ended.Ended, row: Row): boolean => {
  const { retentionEnd = Infinity } = row
  const collected = collectedOf(row)
  if (collected === undefined) return retentionEnd <= unrecordedBy
  return [...segments, ...ofSubjects.filter(({ subject }) => subject === row.subject)].some(
    ({ category, endedBy = Infinity, since, until }) =>
      category === collected.category && since <= collected.at && collected.at < until && retentionEnd <= endedBy,
  )
}

const isKept = ({ retentionEnd = Infinity }: Row, at: EventEnvelope.EpochMillis): boolean => retentionEnd > at

const placeOf = ({ subject, token, validFrom, validTo }: VaultStore.LocatorRow): string =>
  [subject, token, validFrom, validTo].join(" ")

const by =
  <A>(key: (value: A) => string) =>
  (one: A, other: A): number =>
    key(one) < key(other) ? -1 : 1
