/**
 * Proof of the property of the model of vault rows: stores that are wrong in one thing, which no crash and no race is needed to
 * see.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Ended, type VaultStore } from "@tacet/core/privacy"
import * as VaultSuite from "../VaultSuite.ts"
import { type Broken, breakingPorts, proveProperties, soundVault } from "./brokenVault.testing.ts"
import type { VaultFixture } from "../Fixture.ts"

type Store = VaultStore.VaultStore["Service"]

const faults: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
  "changes a keyring whatever its revision": (store) => ({
    changeKeyring: (customer, subject, _, next) =>
      Effect.flatMap(store.keyring(customer, subject), (known) =>
        store.changeKeyring(customer, subject, Option.isSome(known) ? known.value.revision : 0, next),
      ),
  }),
  "forgets a purpose that holds a zero": (store) => ({
    put: (customer, subject, { values = [], ...rows }) =>
      store.put(customer, subject, {
        ...rows,
        values: values.map((row) => ({ ...row, purposes: row.purposes.filter((purpose) => purpose !== "\0") })),
      }),
  }),
  "replaces half of a pair": (store) => ({
    changeKeyring: (customer, subject, revision, next) =>
      store.changeKeyring(customer, subject, revision, {
        ...next,
        objections: new Set(Array.from(next.objections, (text) => text.replaceAll("\ud800", "\ufffd"))),
      }),
  }),
  "keeps a restriction behind the fence": (store) => ({
    fence: (customer, subject, erasure) =>
      Effect.tap(store.fence(customer, subject, erasure), (first) =>
        Effect.ignore(store.changeKeyring(customer, subject, 1, { ...noKeys, restricted: true, erasure: first })),
      ),
  }),
  "puts values without their key": (store) => ({
    put: (customer, subject, rows) =>
      store.put(customer, subject, rows).pipe(Effect.catchTag("KeyringMoved", () => Effect.void)),
  }),
  "forgets the end of a link": (store) => ({
    put: (customer, subject, { links = [], ...rows }) =>
      store.put(customer, subject, {
        ...rows,
        links: links.map((link) => ({ ...link, retentionEnd: undefined })),
      }),
  }),
  "finds a locator at the end of its time": (store) => ({
    locate: (customer, tokens, { from, ...range }) => store.locate(customer, tokens, { ...range, from: from - 1 }),
  }),
  "finds a locator at the end of the range": (store) => ({
    locate: (customer, tokens, { to, ...range }) => store.locate(customer, tokens, { ...range, to: to + 1 }),
  }),
  "takes a range without end for an empty one": (store) => ({
    locate: (customer, tokens, range) =>
      range.to === Infinity ? Effect.succeed([]) : store.locate(customer, tokens, range),
  }),
  "answers a link at the moment of its end": (store) => ({
    linksOf: (customer, subject, at) => store.linksOf(customer, subject, at - 1),
  }),
  "answers another subject of an interaction than the first": (store) => ({
    subjectOf: (customer, interaction, at) =>
      Effect.flatMap(store.keyrings(customer, { limit: 99 }), (keyrings) =>
        Effect.map(
          Effect.filter(keyrings, ({ subject }) =>
            Effect.map(store.linksOf(customer, subject, at), (links) => links.includes(interaction)),
          ),
          (found) => Option.fromNullishOr(found.at(-1)?.subject),
        ),
      ),
  }),
  "removes the link of another subject too": (store) => ({
    unlink: (customer, _, interactions) =>
      Effect.flatMap(store.keyrings(customer, { limit: 99 }), (keyrings) =>
        Effect.forEach(keyrings, ({ subject }) => store.unlink(customer, subject, interactions), { discard: true }),
      ),
  }),
  "leaves the links that it is to remove": () => ({ unlink: () => Effect.void }),
  "answers another cause of a destruction": (store) => ({
    destroy: (customer, references, destroyed) =>
      store.destroy(customer, references, { ...destroyed, cause: "rectification" }),
  }),
  "sweeps what ends a moment later": (store) => ({
    sweep: (customer, ended, limit) => store.sweep(customer, changed(ended, later), limit),
  }),
  "sweeps what was collected at the end of a segment": (store) => ({
    sweep: (customer, ended, limit) =>
      store.sweep(
        customer,
        changed(ended, (segment) => ({ ...segment, until: segment.until + 1 })),
        limit,
      ),
  }),
  "sweeps rows by their own end alone, whatever their category": (store) => ({
    sweep: (customer, ended, limit) =>
      Effect.flatMap(store.spans(customer), (spans) =>
        store.sweep(customer, { ...Ended.byOwnEnd(spans, ended.at), unrecordedBy: ended.unrecordedBy }, limit),
      ),
  }),
  "keeps rows without an end of which the whole segment has ended": (store) => ({
    sweep: (customer, ended, limit) =>
      store.sweep(
        customer,
        changed(ended, (segment) => ({ ...segment, endedBy: segment.endedBy ?? Number.MAX_SAFE_INTEGER })),
        limit,
      ),
  }),
  "sweeps rows without a category by the moment": (store) => ({
    sweep: (customer, ended, limit) => store.sweep(customer, { ...ended, unrecordedBy: ended.at }, limit),
  }),
  "sweeps of all subjects what has ended of one": (store) => ({
    sweep: (customer, ended, limit) =>
      store.sweep(customer, { ...ended, segments: [...ended.segments, ...ended.ofSubjects] }, limit),
  }),
  "keeps what has ended of single subjects": (store) => ({
    sweep: (customer, ended, limit) => store.sweep(customer, { ...ended, ofSubjects: [] }, limit),
  }),
  "counts twice what has ended of a subject and of all": (store) => ({
    tally: (customer, ended) =>
      Effect.map(
        Effect.all([store.tally(customer, { ...ended, ofSubjects: [] }), store.tally(customer, ended)]),
        ([one, both]) =>
          both.map((tally) => {
            const general = one.find(({ category }) => category === tally.category)
            return general === undefined || general.rows === tally.rows ? tally : { ...tally, rows: tally.rows + 1 }
          }),
      ),
  }),
  "answers the rows of a subject for those of another": (store) => ({
    spansOf: (customer, subjects) =>
      Effect.map(store.spansOf(customer, subjects), (spans) =>
        spans.map((span) => ({ ...span, subject: subjects[0]! })),
      ),
  }),
  "forgets the category of a link": (store) => ({
    put: (customer, subject, { links = [], ...rows }) =>
      store.put(customer, subject, { ...rows, links: links.map((link) => ({ ...link, collected: undefined })) }),
  }),
  "answers the oldest of all rows for the oldest without an end": (store) => ({
    spans: (customer) =>
      Effect.map(store.spans(customer), (spans) =>
        spans.map((span) =>
          span.endless === undefined ? span : { ...span, endless: { ...span.endless, oldest: span.oldest } },
        ),
      ),
  }),
  "counts the rows of a category once": (store) => ({
    tally: (customer, ended) =>
      Effect.map(store.tally(customer, ended), (tallies) => tallies.map((tally) => ({ ...tally, rows: 1 }))),
  }),
  "answers values from the first page again": (store) => ({
    valuesOf: (customer, subject, { limit }) => store.valuesOf(customer, subject, { limit }),
  }),
  "takes an erasure that is completed for one that is not": (store) => ({
    unfinished: (customer) =>
      Effect.map(store.keyrings(customer, { limit: 99 }), (all) => all.filter(({ erasure }) => erasure !== undefined)),
  }),
  "removes more at once than it may": (store) => ({
    removeSubject: (customer, subject, destroyed) => store.removeSubject(customer, subject, destroyed, 99),
  }),
}

const changed = (ended: Ended.Ended, change: (segment: Ended.Segment) => Ended.Segment): Ended.Ended => ({
  ...ended,
  segments: ended.segments.map(change),
})

const later = (segment: Ended.Segment): Ended.Segment =>
  segment.endedBy === undefined ? segment : { ...segment, endedBy: segment.endedBy + 1 }

const noKeys = { keys: new Map(), objections: new Set<string>() }

const broken: ReadonlyArray<Broken<VaultFixture>> = Object.entries(faults).map(([fault, change]) => ({
  fault,
  property: "any history of operations on its rows is answered as the model answers it",
  fixture: breakingPorts(({ store }) => ({ store: change(store) })),
}))

proveProperties("a store of vault rows that does wrong", VaultSuite.properties, soundVault, broken)
