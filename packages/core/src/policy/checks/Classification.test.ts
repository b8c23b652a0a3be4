import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import type { Item, Label, Labelled, Source } from "./Classification.ts"
import * as Classification from "./Classification.ts"
import { holding, proves } from "../laws.testing.ts"

const anItem = (id: string): fc.Arbitrary<Item> =>
  fc.record({
    id: fc.constant(id),
    relatesToPerson: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    joinKeys: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 3 }),
    source: fc.constantFrom<Source>("givenByPerson", "observed", "thirdParty", "derived"),
    medium: fc.constantFrom("automated" as const, "paper" as const),
    onOwnDevice: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  })
const items = fc
  .nat({ max: 9 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => anItem(`item ${index}`))))
const labels = (list: ReadonlyArray<Item>) => Object.fromEntries(Classification.classify(list))

// No parameter of a version reaches a label: the same must come out under each.

describe("Alone or after cross-checking", () => {
  it("CLASSIFY: what can be joined with something personal is personal, at any distance", () => {
    const chain: ReadonlyArray<Item> = [
      { id: "visit", relatesToPerson: false, joinKeys: ["device"], source: "observed", medium: "automated" },
      {
        id: "session",
        relatesToPerson: false,
        joinKeys: ["device", "ticket"],
        source: "observed",
        medium: "automated",
      },
      { id: "form", relatesToPerson: true, joinKeys: ["ticket"], source: "givenByPerson", medium: "automated" },
      { id: "weather", relatesToPerson: false, joinKeys: ["city"], source: "thirdParty", medium: "automated" },
    ]
    expect(Object.values(labels(chain)).map(({ label }) => label)).toEqual([
      "personal",
      "personal",
      "personal",
      "nonPersonal",
    ])
  })
  for (const { id } of holding("CLASSIFY")) {
    // Planted and found: joins followed for one step alone.
    it.prop(
      `CLASSIFY under ${id}: is what walking from datum to datum along shared keys reaches`,
      [items],
      (list) => {
        const held = list.filter(({ onOwnDevice }) => onOwnDevice !== true)
        const touches = (one: Item, other: Item) => one.joinKeys.some((key) => other.joinKeys.includes(key))
        const reaches = (from: Item, seen: ReadonlySet<Item>): boolean =>
          from.relatesToPerson ||
          held.some((next) => !seen.has(next) && touches(from, next) && reaches(next, new Set(seen).add(next)))
        const found = labels(list)
        for (const item of held) {
          expect(found[item.id]?.label).toBe(reaches(item, new Set([item])) ? "personal" : "nonPersonal")
        }
      },
      { numRuns: 1000 },
    )
  }
  for (const { id } of holding("MEDIUM")) {
    // Planted and found: paper taken for non-personal.
    it.prop(
      `MEDIUM under ${id}: neither the order nor the medium changes a label`,
      [items, fc.infiniteStream(fc.nat())],
      (list, order) => {
        const shuffled = list
          .map((item) => [order.next().value ?? 0, item] as const)
          .toSorted(([one], [other]) => one - other)
          .map(([, item]) => item)
        expect(labels(shuffled)).toEqual(expect.objectContaining(labels(list)))
        const onPaper = list.map((item) => ({
          ...item,
          medium: item.medium === "paper" ? ("automated" as const) : ("paper" as const),
        }))
        expect(labels(onPaper)).toEqual(labels(list))
      },
      { numRuns: 1000 },
    )
  }
  for (const { id } of holding("NOTLINKABLE")) {
    // Planted and found: joins followed for one step alone.
    it.prop(
      `NOTLINKABLE under ${id}: more data never remove a label, and a link relabels earlier data`,
      [items, anItem("late")],
      (list, late) => {
        const before = labels(list)
        const after = labels([...list, late])
        for (const { id } of list) if (before[id]?.label === "personal") expect(after[id]?.label).toBe("personal")
        const link: Item = {
          id: "link",
          relatesToPerson: true,
          joinKeys: ["a", "b", "c", "d", "e", "f"],
          source: "thirdParty",
          medium: "paper",
        }
        const linked = labels([...list, link])
        for (const item of list) {
          if (item.joinKeys.length > 0 && item.onOwnDevice !== true) expect(linked[item.id]?.label).toBe("personal")
        }
      },
      { numRuns: 1000 },
    )
  }
  for (const { id } of holding("PERSONAL-ACT")) {
    // Planted and found: data kept on the device labelled as collected.
    it.prop(
      `PERSONAL-ACT under ${id}: data kept on the person's own device change no label of collected data, and are not collected`,
      [items],
      (list) => {
        const own = list.filter(({ onOwnDevice }) => onOwnDevice === true)
        const collected = list.filter(({ onOwnDevice }) => onOwnDevice !== true)
        const all = labels(list)
        expect(all).toMatchObject(labels(collected))
        for (const { id } of own) expect(all[id]).toEqual({ collected: false, label: "nonPersonal" })
        // Beyond the device all rules apply.
        const sent = labels(list.map((item) => ({ ...item, onOwnDevice: false })))
        for (const { id, relatesToPerson } of own) {
          expect(sent[id]?.collected).toBe(true)
          if (relatesToPerson) expect(sent[id]?.label).toBe("personal")
        }
      },
      { numRuns: 1000 },
    )
  }
  it("PERSONAL-ACT: what stays on the person's own device is not collected, and links nothing; beyond it all rules apply", () => {
    const own: Item = {
      id: "contact",
      relatesToPerson: true,
      joinKeys: ["a"],
      source: "givenByPerson",
      medium: "automated",
      onOwnDevice: true,
    }
    const visit: Item = {
      id: "visit",
      relatesToPerson: false,
      joinKeys: ["a"],
      source: "observed",
      medium: "automated",
    }
    expect(labels([own, visit])).toEqual({
      contact: { collected: false, label: "nonPersonal" },
      visit: { collected: true, label: "nonPersonal" },
    })
    expect(labels([{ ...own, onOwnDevice: false }, visit])["visit"]).toEqual({ collected: true, label: "personal" })
  })
})

describe("A record made of several", () => {
  const aLabelled: fc.Arbitrary<Labelled> = fc.record({
    label: fc.constantFrom<Label>("personal", "nonPersonal"),
    sources: fc.subarray<Source>(["givenByPerson", "observed", "thirdParty", "derived"]),
  })
  for (const { id } of holding("COMBINE")) {
    // Planted and found: only what passed the check taken for personal.
    it.prop(
      `COMBINE under ${id}: is personal as soon as one input is, unless a checked anonymisation made it`,
      [fc.array(aLabelled, { maxLength: 6 })],
      (inputs) => {
        const tainted = inputs.some(({ label }) => label === "personal") ? "personal" : "nonPersonal"
        expect(Classification.combine(inputs).label).toBe(tainted)
        expect(Classification.combine(inputs, "checkFailed").label).toBe(tainted)
        expect(Classification.combine(inputs, "checkPassed").label).toBe("nonPersonal")
      },
      { numRuns: 1000 },
    )
  }
  for (const { id } of holding("PROVENANCE")) {
    // Planted and found: every source but `derived` taken for one of the inputs.
    it.prop(
      `PROVENANCE under ${id}: loses no source of its inputs, and adds none but that it is derived`,
      [fc.array(aLabelled, { maxLength: 6 })],
      (inputs) => {
        const { sources } = Classification.combine(inputs)
        const own = new Set<Source>([...inputs.flatMap((input) => input.sources), "derived"])
        expect(new Set(sources)).toEqual(own)
      },
      { numRuns: 1000 },
    )
  }
  // Planted and found: a record personal where one input is not.
  it.prop(
    "COMBINE: is the same in steps as at once",
    [fc.array(aLabelled, { maxLength: 4 }), fc.array(aLabelled, { maxLength: 4 })],
    (left, right) => {
      const steps = Classification.combine([Classification.combine(left), Classification.combine(right)])
      expect(steps).toEqual(Classification.combine([...left, ...right]))
    },
    { numRuns: 1000 },
  )
})

describe("LEGAL-PERSON: a record about an organisation", () => {
  it("is personal if it names a person or reaches one", () => {
    const of = (namesPerson: boolean, reachesOnePerson: boolean) =>
      Classification.ofOrganisation({ namesPerson, reachesOnePerson })
    expect([of(false, false), of(true, false), of(false, true), of(true, true)]).toEqual([
      "nonPersonal",
      "personal",
      "personal",
      "personal",
    ])
  })
  // Planted and found: a record that reaches a person without naming one taken for non-personal.
  proves("LEGAL-PERSON", {
    claim: "is personal if and only if it names a person or reaches one",
    values: () => fc.record({ namesPerson: fc.boolean(), reachesOnePerson: fc.boolean() }),
    forbids: ({ namesPerson, reachesOnePerson }) => namesPerson || reachesOnePerson,
    refusal: (record) => (Classification.ofOrganisation(record) === "personal" ? "LEGAL-PERSON" : undefined),
  })
})
