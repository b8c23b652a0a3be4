import { RuleCatalogue, RuleRows } from "@tacet/catalogue"
import { RuleKey } from "@tacet/core/policy"
import { describe, expect, it } from "@tacet/vitest"
import { type Catalogue, faultsOf } from "./faults.ts"
import { unnoted } from "./notes.ts"
import { provenLine } from "./reporter.ts"
import { figuresOf, recordsOf, root, tableOf } from "./table.ts"
import { cited, names, type Title } from "./titles.ts"

const { rules } = RuleCatalogue

/** A test for each file that an entry names and each version, a property of enough runs. */
const titlesOf = (some: ReadonlyArray<RuleCatalogue.Rule>): ReadonlyArray<Title> =>
  some.flatMap(({ entry, key, versions }) =>
    entry.kind === "organisational"
      ? []
      : entry.tests.flatMap((test) =>
          versions.map((version) => ({
            file: `${root}/${test}`,
            name: `what holds > ${key}: is kept under ${version}`,
            runs: 1000,
          })),
        ),
  )

/** The real catalogue with tests that are as they should be. */
const sound: Catalogue = {
  rules,
  keys: RuleKey.policyRuleKeys,
  libraryKeys: Object.keys(RuleKey.libraryRuleKeys),
  rows: RuleRows.rows.map(({ id }) => id),
  titles: titlesOf(rules),
  exists: () => true,
  page: tableOf(rules),
  owed: RuleCatalogue.pending,
  thin: [],
}

/** Another entry for one key, with the page that would be written for it. */
const withEntry = (key: string, change: (entry: RuleCatalogue.Entry) => RuleCatalogue.Entry): Catalogue => {
  const changed = rules.map((rule) => (rule.key === key ? { ...rule, entry: change(rule.entry) } : rule))
  return { ...sound, rules: changed, page: tableOf(changed) }
}
const withRules = (changed: ReadonlyArray<RuleCatalogue.Rule>): Catalogue => ({
  ...sound,
  rules: changed,
  page: tableOf(changed),
})
const withTitles = (change: (title: Title) => ReadonlyArray<Title>): Catalogue => ({
  ...sound,
  titles: sound.titles.flatMap(change),
})

describe("the check of the rules", () => {
  it("passes what is as it should be", () => expect(faultsOf(sound)).toEqual([]))

  it.each<[name: string, broken: Catalogue, fault: string]>([
    [
      "a key without a row in the catalogue",
      withRules(rules.filter(({ key }) => key !== "SEVER")),
      "SEVER has no row in the catalogue",
    ],
    [
      "a key twice in the catalogue",
      withRules([...rules, ...rules.filter(({ key }) => key === "SEVER")]),
      "SEVER is in the catalogue twice",
    ],
    [
      "a key that rests on nothing",
      withRules(rules.map((rule) => (rule.key === "SEVER" ? { ...rule, rows: [] } : rule))),
      "SEVER rests on no row of a document",
    ],
    ["a row of no key", { ...sound, rows: [...sound.rows, "D16-99"] }, "D16-99 belongs to no key"],
    [
      "a row of two keys",
      withRules(
        rules.map((rule) => (rule.key === "SEVER" ? { ...rule, rows: [...rule.rows, RuleRows.rows[0]!] } : rule)),
      ),
      "D16-01 belongs to two keys",
    ],
    [
      "a module that is not there",
      { ...sound, exists: (path) => !path.endsWith("/Severability.ts") },
      "SEVER: there is no module policy/binding/Severability.ts",
    ],
    [
      "a test file that is not there",
      { ...sound, exists: (path) => !path.endsWith("/Hosting.test.ts") },
      "CERT: there is no test file policy/checks/Hosting.test.ts",
    ],
    [
      "a test file none of whose tests names the key",
      withTitles((title) => (names(title.name, "CERT") ? [] : [title])),
      "CERT: no test of policy/checks/Hosting.test.ts names it",
    ],
    [
      "a test file whose tests name only a longer key",
      withTitles((title) => [{ ...title, name: title.name.replace(/RET-CONTRACT:/, "RET-CONTRACT-CAP:") }]),
      "RET-CONTRACT: no test of domain/RetentionPolicy.test.ts names it",
    ],
    [
      "a key without a test",
      withEntry("CERT", (entry) => ({ ...entry, kind: "enforced", tests: [] })),
      "CERT is enforced and no test is entered for it",
    ],
    [
      "a declared key without a test",
      withEntry("SEC-MEAS", (entry) => ({ ...entry, kind: "declared", tests: [] })),
      "SEC-MEAS is declared and no test is entered for it",
    ],
    [
      "a key that is no longer owed",
      { ...sound, owed: [...sound.owed, "CERT"] },
      "CERT has a test: take it off the list of those that are owed",
    ],
    [
      "an enforced key without a property",
      withTitles((title) => [names(title.name, "CERT") ? { ...title, runs: undefined } : title]),
      "CERT is named by no property of 1000 runs under dialonce/2019-03-05",
    ],
    [
      "an enforced key whose property runs too rarely",
      withTitles((title) => [names(title.name, "CERT") ? { ...title, runs: 999 } : title]),
      "CERT is named by no property of 1000 runs under dialonce/2019-03-05",
    ],
    [
      "an enforced key without a property under one of its versions",
      withTitles((title) => (names(title.name, "CERT") && title.name.includes("2021") ? [] : [title])),
      "CERT is named by no property of 1000 runs under dialonce/2021-02-17",
    ],
    [
      "a key that is no longer thin",
      { ...sound, thin: ["CERT"] },
      "CERT has its properties: take it off the list of the thin ones",
    ],
    [
      "an organisational key that says no reason",
      withEntry("BREACH", () => ({
        kind: "organisational",
        module: "policy/law/Law.ts",
        how: "some help that is long enough",
        why: "",
      })),
      "BREACH: say why only people can keep it, and what helps them",
    ],
    [
      "a test that names no known key",
      { ...sound, titles: [...sound.titles, { file: "a.test.ts", name: "LISTEN: is kept", runs: 1000 }] },
      "a.test.ts names LISTEN, which is no key: LISTEN: is kept",
    ],
    [
      "a page that is out of date",
      { ...sound, page: sound.page.replace("SEVER", "SEVERE") },
      "docs/rules.md is out of date: npm run rules -- --write",
    ],
  ])("finds %s", ([, broken, fault]) => expect(faultsOf(broken)).toContain(fault))

  it("asks for no property of what is declared", () => {
    const plain = withTitles((title) => [names(title.name, "SEC-MEAS") ? { ...title, runs: undefined } : title])
    expect(faultsOf(plain)).toEqual([])
  })
})

describe("the check of the notes", () => {
  it.each<[name: string, source: string, faults: number]>([
    ["a property with a note before it", '// Planted and found: a bug.\nit.prop("x", [], () => {})', 0],
    ["one with a note within it", 'proves("SEVER", {\n  // Finds: a bug.\n  claim: "x"\n})', 0],
    ["one whose loop has a note", '// Planted: a bug.\nfor (const a of b) {\n  it.effect.prop("x", [], run)\n}', 0],
    ["a property without a note", 'it.prop("x", [], () => {})', 1],
    ["one that says something else", '// The planted one is elsewhere.\nit.prop("x", [], () => {})', 1],
    ["one after another that has a note", '// Planted: a bug.\nit.prop("x", [], a)\nit.prop("y", [], b)', 1],
    ["one in a block that has a note", '// Planted: a bug.\ndescribe("x", () => {\n  it.prop("y", [], a)\n})', 1],
    ["what proves a rule", 'describe("x", () => {\n  proves("SEVER", law)\n})', 1],
    ["a test that is no property", 'it("x", () => {})', 0],
  ])("%s", ([, source, faults]) => expect(unnoted("a.test.ts", source)).toHaveLength(faults))

  it("says where", () => {
    const source = '\n\nit.prop("x", [], () => {})'
    expect(unnoted("a.test.ts", source)).toEqual([
      "a.test.ts:3: this property notes no bug that was planted and that it finds",
    ])
  })
})

describe("what the name of a test cites", () => {
  it.each<[name: string, keys: ReadonlyArray<string>]>([
    ["suite > RET-12M: a datum ends", ["RET-12M"]],
    ["NOTIFY, CHOICES: a change owes a notice (V51)", ["NOTIFY", "CHOICES"]],
    ["NO-ADS (V30): advertising never goes", ["NO-ADS"]],
    ["never answers allow (CUST-PURPOSE)", ["CUST-PURPOSE"]],
    ["Adequacy (A45-47, SHIELD, V19) > 'GB' on '2021-02-28'", ["A45-47", "SHIELD"]],
    ["names what keeps TACET-TIME", ["TACET-TIME"]],
    ["RETAIN: nothing", ["RETAIN"]],
    ["a period (RET-13M)", ["RET-13M"]],
    ["answerWithin: P1M1D, by GDPR 12(3)", []],
    ["happens at 2026-01-31T10:30:00Z, 5B0C7A52-3F0E-4B43-9A59-0D7C3C1F2A11", []],
    ["one-time OTP, an e-mail, FreeSWITCH", []],
    ["EU and EEA (V17)", []],
  ])("%s", ([name, keys]) => expect(cited(name)).toEqual(keys))

  it("is a key as a whole word", () => {
    expect(names("RET-CONTRACT: ends", "RET-CONTRACT")).toBe(true)
    expect(names("RET-CONTRACT-CAP: ends", "RET-CONTRACT")).toBe(false)
    expect(names("reads FreeSWITCH", "SWITCH")).toBe(false)
  })
})

describe("the table", () => {
  it("has a line for each of the 186 keys and names each of the 487 rows once", () => {
    const lines = tableOf(rules)
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (key|---) /.test(line))
    expect(lines.map((line) => line.split(" | ")[0]?.slice(2))).toEqual(RuleKey.policyRuleKeys)
    expect(lines.every((line) => line.split(" | ").length === 7)).toBe(true)
    const cells = lines.flatMap((line) => line.split(" | ")[6]!.replace(" |", "").split(", "))
    expect(cells.toSorted()).toEqual(RuleRows.rows.map(({ id }) => id).toSorted())
  })
  it("is given to programs with the tests that name each key", () => {
    const records = recordsOf(rules, [
      { file: "a.test.ts", name: "suite > RET-12M: ends", runs: 1000 },
      { file: "a.test.ts", name: "RET-12MS", runs: 1000 },
    ])
    expect(records.find(({ key }) => key === "RET-12M")).toEqual({
      key: "RET-12M",
      kind: "enforced",
      module: "packages/core/src/policy/checks/Ends.ts",
      tests: ["a.test.ts > suite > RET-12M: ends"],
      versions: ["dialonce/2019-03-05"],
      rows: ["D19-65"],
    })
    expect(records.filter(({ tests }) => tests.length > 0)).toHaveLength(1)
  })
  it("counts the rules of each kind, and those whose tests passed", () => {
    const some = rules.filter(({ key }) => ["CERT", "SEC-MEAS", "BREACH"].includes(key))
    expect(figuresOf(some)).toBe("rules: 1 enforced, 1 declared, 1 organisational")
    const outcomes = [
      { name: "CERT: one", passed: true },
      { name: "CERT: other", passed: true },
      { name: "SEC-MEAS: one", passed: true },
      { name: "SEC-MEAS: other", passed: false },
    ]
    expect(provenLine(some, outcomes)).toBe("rules: 1 enforced, 1 declared, 1 organisational; the tests of 1 passed")
  })
})
