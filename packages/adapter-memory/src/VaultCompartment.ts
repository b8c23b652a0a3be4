/**
 * The vault of one Customer in memory: rows, and the indexes by which each operation touches only its own rows. Plain
 * mutable data; every change runs synchronously.
 */
import { UtcDay } from "@tacet/core/calendar"
import type { EventEnvelope, Uuid } from "@tacet/core/eventsourcing"
import {
  type Ended,
  Keyring,
  type PersonalDataCategory,
  type Subject,
  VaultError,
  VaultStore,
} from "@tacet/core/privacy"
import * as Result from "effect/Result"

type SubjectId = Subject.SubjectId
type Category = PersonalDataCategory.PersonalDataCategory

/** A row that can expire. */
type Row =
  | { readonly _tag: "value"; readonly row: VaultStore.ValueRow }
  | { readonly _tag: "link"; readonly row: VaultStore.LinkRow }
  | { readonly _tag: "locator"; readonly row: VaultStore.LocatorRow }

/** The vault of one Customer. */
export interface VaultCompartment {
  keyrings: Map<SubjectId, Keyring.Keyring>
  /** The rows of each subject, by an address of their own. */
  rows: Map<SubjectId, Map<string, Row>>
  values: Map<Uuid.Uuid, VaultStore.ValueRow>
  destroyed: Map<Uuid.Uuid, VaultStore.Destroyed>
  links: Map<Uuid.Uuid, Map<SubjectId, VaultStore.LinkRow>>
  locators: Map<string, Set<VaultStore.LocatorRow>>
  /** Rows by their category and the day of their collection. */
  collected: Map<Category, Map<number, Map<string, Row>>>
  /** Rows by their category and the day of their retention end. */
  ends: Map<Category | undefined, Map<number, Map<string, Row>>>
  unfinished: Set<SubjectId>
}

/** A vault in which nothing is kept. */
export const empty = (): VaultCompartment => ({
  keyrings: new Map(),
  rows: new Map(),
  values: new Map(),
  destroyed: new Map(),
  links: new Map(),
  locators: new Map(),
  collected: new Map(),
  ends: new Map(),
  unfinished: new Set(),
})

/** The category of a row and when it was collected, as far as they are recorded. */
const collectedOf = (row: Row): Ended.Collected | undefined =>
  row._tag === "value" ? { category: row.row.category, at: row.row.collectedAt } : row.row.collected

const addressOf = ({ _tag, row }: Row): string => {
  switch (_tag) {
    case "value":
      return row.reference
    case "link":
      return `${row.subject} ${row.interaction}`
    case "locator":
      return `${row.subject} ${row.token} ${row.validFrom} ${row.validTo ?? ""}`
  }
}

const entry = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

const add = (vault: VaultCompartment, row: Row): void => {
  const address = addressOf(row)
  const ofSubject = entry(vault.rows, row.row.subject, () => new Map<string, Row>())
  if (ofSubject.has(address)) return
  if (row._tag === "value") {
    if (vault.values.has(row.row.reference) || vault.destroyed.has(row.row.reference)) return
    vault.values.set(row.row.reference, row.row)
  } else if (row._tag === "link") {
    entry(vault.links, row.row.interaction, () => new Map<SubjectId, VaultStore.LinkRow>()).set(
      row.row.subject,
      row.row,
    )
  } else {
    entry(vault.locators, row.row.token, () => new Set<VaultStore.LocatorRow>()).add(row.row)
  }
  ofSubject.set(address, row)
  for (const { days, day } of placesOf(vault, row)) entry(days, day, () => new Map<string, Row>()).set(address, row)
}

/** The days under which a row is indexed. */
const placesOf = (vault: VaultCompartment, row: Row) => {
  const collected = collectedOf(row)
  const { retentionEnd } = row.row
  const places: Array<{ readonly days: Map<number, Map<string, Row>>; readonly day: number }> = []
  if (collected !== undefined) {
    const days = entry(vault.collected, collected.category, () => new Map<number, Map<string, Row>>())
    places.push({ days, day: UtcDay.dayOf(collected.at) })
  }
  if (retentionEnd !== undefined) {
    const days = entry(vault.ends, collected?.category, () => new Map<number, Map<string, Row>>())
    places.push({ days, day: UtcDay.dayOf(retentionEnd) })
  }
  return places
}

const remove = (vault: VaultCompartment, row: Row, remains: Omit<VaultStore.Destroyed, "reference">): void => {
  removeRow(vault, row)
  if (row._tag !== "value") return
  const { reference } = row.row
  vault.destroyed.set(reference, Object.freeze({ reference, ...remains }))
}

const removeRow = (vault: VaultCompartment, row: Row): void => {
  const address = addressOf(row)
  const ofSubject = vault.rows.get(row.row.subject)
  ofSubject?.delete(address)
  if (ofSubject?.size === 0) vault.rows.delete(row.row.subject)
  if (row._tag === "value") {
    vault.values.delete(row.row.reference)
  } else if (row._tag === "link") {
    const ofInteraction = vault.links.get(row.row.interaction)
    ofInteraction?.delete(row.row.subject)
    if (ofInteraction?.size === 0) vault.links.delete(row.row.interaction)
  } else {
    const ofToken = vault.locators.get(row.row.token)
    ofToken?.delete(row.row)
    if (ofToken?.size === 0) vault.locators.delete(row.row.token)
  }
  for (const { days, day } of placesOf(vault, row)) {
    const ofDay = days.get(day)
    ofDay?.delete(address)
    if (ofDay?.size === 0) days.delete(day)
  }
}

const keep = (vault: VaultCompartment, keyring: Keyring.Keyring): Keyring.Keyring => {
  const kept = Object.freeze(keyring)
  vault.keyrings.set(keyring.subject, kept)
  if (keyring.erasure !== undefined && !keyring.erasure.completed) vault.unfinished.add(keyring.subject)
  else vault.unfinished.delete(keyring.subject)
  return kept
}

type Address = Pick<Keyring.Keyring, "customer" | "subject">

const erased = ({ customer, subject }: Address, { erasure, revision }: Keyring.Keyring) =>
  new VaultError.SubjectErased({ customer, subject, seenRevision: revision, cause: erasure?.cause ?? "request" })

/** Changes a keyring that is at a revision. */
export const changeKeyring = (
  vault: VaultCompartment,
  address: Address,
  revision: number,
  next: Keyring.KeyringState,
): Result.Result<Keyring.Keyring, VaultStore.KeyringMoved | VaultError.SubjectErased> => {
  const known = vault.keyrings.get(address.subject)
  if (known?.erasure !== undefined && (next.erasure === undefined || next.keys.size > 0)) {
    return Result.fail(erased(address, known))
  }
  const actualRevision = known?.revision ?? 0
  return actualRevision === revision
    ? Result.succeed(keep(vault, { ...next, ...address, revision: revision + 1 }))
    : Result.fail(new VaultStore.KeyringMoved({ actualRevision }))
}

/** Erases a keyring; a repetition keeps the first erasure. */
export const fence = (vault: VaultCompartment, address: Address, erasure: Keyring.Erasure): Keyring.Erasure => {
  const known = vault.keyrings.get(address.subject)
  if (known?.erasure !== undefined) return known.erasure
  keep(vault, { ...Keyring.empty, ...address, erasure, revision: (known?.revision ?? 0) + 1 })
  return erasure
}

/** Puts rows of one subject, all or none. */
export const put = (
  vault: VaultCompartment,
  address: Address,
  { correction = false, links = [], locators = [], values = [] }: VaultStore.Rows,
): Result.Result<void, VaultStore.KeyringMoved | VaultError.SubjectErased | VaultError.SubjectRestricted> => {
  const known = vault.keyrings.get(address.subject)
  if (known?.erasure !== undefined) return Result.fail(erased(address, known))
  if (known?.restricted === true && !correction) return Result.fail(new VaultError.SubjectRestricted(address))
  if (values.some(({ category, keyId }) => known?.keys.get(category)?.keyId !== keyId)) {
    return Result.fail(new VaultStore.KeyringMoved({ actualRevision: known?.revision ?? 0 }))
  }
  if (known === undefined) keep(vault, { ...Keyring.empty, ...address, revision: 1 })
  for (const row of values) add(vault, { _tag: "value", row: Object.freeze({ ...row }) })
  for (const row of links) add(vault, { _tag: "link", row: Object.freeze({ ...row }) })
  for (const row of locators) add(vault, { _tag: "locator", row: Object.freeze({ ...row }) })
  return Result.void
}

/** Removes up to `limit` of the rows. */
const removeSome = (
  vault: VaultCompartment,
  rows: Iterable<Row>,
  remains: Omit<VaultStore.Destroyed, "reference">,
  limit: number,
): number => {
  const some: Array<Row> = []
  for (const row of rows) {
    if (some.length >= limit) break
    some.push(row)
  }
  for (const row of some) remove(vault, row, remains)
  return some.length
}

/** Removes up to `limit` rows of a subject. */
export const removeSubject = (
  vault: VaultCompartment,
  subject: SubjectId,
  remains: Omit<VaultStore.Destroyed, "reference">,
  limit: number,
): number => removeSome(vault, vault.rows.get(subject)?.values() ?? [], remains, limit)

/** Removes the links of a subject to some interactions. */
export const unlink = (vault: VaultCompartment, subject: SubjectId, interactions: ReadonlyArray<Uuid.Uuid>): void => {
  for (const interaction of interactions) {
    const row = vault.links.get(interaction)?.get(subject)
    if (row !== undefined) removeRow(vault, { _tag: "link", row })
  }
}

/** Removes single values. */
export const destroy = (
  vault: VaultCompartment,
  references: ReadonlyArray<Uuid.Uuid>,
  remains: Omit<VaultStore.Destroyed, "reference">,
): void => {
  for (const reference of references) {
    const row = vault.values.get(reference)
    if (row !== undefined) remove(vault, { _tag: "value", row }, remains)
  }
}

/** The rows of a day between two others, both included. */
function* rowsWithin(
  days: Map<number, Map<string, Row>> | undefined,
  first: number,
  last: number,
): Generator<Row, void, undefined> {
  for (const [day, rows] of days ?? []) if (first <= day && day <= last) yield* rows.values()
}

const isIn = ({ category, endedBy, since, until }: Ended.Segment, row: Row): boolean => {
  const collected = collectedOf(row)
  return (
    collected?.category === category &&
    since <= collected.at &&
    collected.at < until &&
    (row.row.retentionEnd ?? Infinity) <= (endedBy ?? Infinity)
  )
}

/** The rows that have ended, each once. */
function* endedIn(vault: VaultCompartment, ended: Ended.Ended): Generator<Row, void, undefined> {
  for (const { category, endedBy, since, until } of ended.segments) {
    const candidates =
      endedBy === undefined
        ? rowsWithin(vault.collected.get(category), UtcDay.dayOf(since), UtcDay.dayOf(until))
        : rowsWithin(vault.ends.get(category), -Infinity, UtcDay.dayOf(endedBy))
    for (const row of candidates) if (isIn({ category, endedBy, since, until }, row)) yield row
  }
  for (const segment of ended.ofSubjects) {
    for (const row of vault.rows.get(segment.subject)?.values() ?? []) {
      if (isIn(segment, row) && !ended.segments.some((other) => isIn(other, row))) yield row
    }
  }
  for (const row of rowsWithin(vault.ends.get(undefined), -Infinity, UtcDay.dayOf(ended.unrecordedBy))) {
    if ((row.row.retentionEnd ?? Infinity) <= ended.unrecordedBy) yield row
  }
}

/** Removes up to `limit` rows that have ended. */
export const sweep = (vault: VaultCompartment, ended: Ended.Ended, limit: number): number =>
  removeSome(vault, endedIn(vault, ended), { on: UtcDay.startOfDay(ended.at), cause: "retention" }, limit)

/** Counts the rows that have ended, by category. */
export const tally = (vault: VaultCompartment, ended: Ended.Ended): ReadonlyArray<Ended.Tally> => {
  const counts = new Map<Category | undefined, number>()
  for (const row of endedIn(vault, ended)) {
    const category = collectedOf(row)?.category
    counts.set(category, (counts.get(category) ?? 0) + 1)
  }
  return Array.from(counts, ([category, rows]) => ({ category, rows })).sort(byCategory)
}

/** The spans of the categories of which rows are kept. */
export const spans = (vault: VaultCompartment): ReadonlyArray<Ended.Span> =>
  Array.from(vault.collected)
    .flatMap(([category, days]): ReadonlyArray<Ended.Span> => {
      let all: Ended.Span["endless"]
      let endless: Ended.Span["endless"]
      for (const row of rowsWithin(days, -Infinity, Infinity)) {
        const at = collectedOf(row)?.at ?? 0
        all = widened(all, at)
        if (row.row.retentionEnd === undefined) endless = widened(endless, at)
      }
      return all === undefined ? [] : [{ category, ...all, endless }]
    })
    .sort(byCategory)

/** The spans of the categories of which rows of some subjects are kept. */
export const spansOf = (
  vault: VaultCompartment,
  subjects: ReadonlyArray<SubjectId>,
): ReadonlyArray<Ended.SubjectSpan> =>
  Array.from(new Set(subjects))
    .sort()
    .flatMap((subject) => {
      const found = new Map<Category, Ended.SubjectSpan>()
      for (const row of vault.rows.get(subject)?.values() ?? []) {
        const collected = collectedOf(row)
        if (collected === undefined) continue
        const { at, category } = collected
        const { newest, oldest } = widened(found.get(category), at) ?? { newest: at, oldest: at }
        found.set(category, { subject, category, oldest, newest })
      }
      return Array.from(found.values()).sort(byCategory)
    })

const widened = (span: Ended.Span["endless"], at: number): Ended.Span["endless"] => ({
  oldest: Math.min(span?.oldest ?? at, at),
  newest: Math.max(span?.newest ?? at, at),
})

const byCategory = (
  { category: one = "" }: { readonly category: string | undefined },
  { category: other = "" }: { readonly category: string | undefined },
): number => (one < other ? -1 : 1)

/** Whether a row still counts at a moment. */
export const isKept = (
  { retentionEnd }: { readonly retentionEnd: number | undefined },
  at: EventEnvelope.EpochMillis,
): boolean => retentionEnd === undefined || retentionEnd > at

const copyDays = <Key>(index: Map<Key, Map<number, Map<string, Row>>>): Map<Key, Map<number, Map<string, Row>>> =>
  new Map(Array.from(index, ([key, days]) => [key, new Map(Array.from(days, ([day, rows]) => [day, new Map(rows)]))]))

/** A copy that shares nothing that changes. */
export const copy = (vault: VaultCompartment): VaultCompartment => ({
  keyrings: new Map(vault.keyrings),
  rows: new Map(Array.from(vault.rows, ([subject, rows]) => [subject, new Map(rows)])),
  values: new Map(vault.values),
  destroyed: new Map(vault.destroyed),
  links: new Map(Array.from(vault.links, ([interaction, links]) => [interaction, new Map(links)])),
  locators: new Map(Array.from(vault.locators, ([token, rows]) => [token, new Set(rows)])),
  collected: copyDays(vault.collected),
  ends: copyDays(vault.ends),
  unfinished: new Set(vault.unfinished),
})
