import { RuleCatalogue, RuleRows } from "@tacet/catalogue"
import { RuleKey } from "@tacet/core/policy"
import { describe, expect, it } from "@tacet/vitest"
import { askedBy } from "./asked.ts"
import { type Catalogue, faultsOf } from "./faults.ts"
import { type Home, homesIn, homesOf, modulesOf } from "./homes.ts"
import { unnoted } from "./notes.ts"
import { provenLine } from "./reporter.ts"
import { figuresOf, keptRulesOf, recordsOf, tableOf } from "./table.ts"
import { cited, names, type Title } from "./titles.ts"

const { rules } = RuleCatalogue
const homes = homesOf(RuleKey.policyRuleKeys)

/** A property of enough runs for each rule and version. */
const titles: ReadonlyArray<Title> = rules.flatMap(({ entry, key, versions }) =>
  entry.kind === "organisational"
    ? []
    : versions.map((version) => ({
        file: "packages/core/src/a.test.ts",
        name: `what holds > ${key}: is kept under ${version} > ${key} under ${version} is asked by Services.verb`,
        runs: 1000,
      })),
)

interface Parts {
  readonly rules?: ReadonlyArray<RuleCatalogue.Rule>
  readonly homes?: ReadonlyArray<Home>
  readonly titles?: ReadonlyArray<Title>
  readonly unasked?: ReadonlyArray<string>
  readonly text?: string
}

/** The real catalogue and sources with tests that are as they should be, and with the page that belongs to them. */
const catalogueOf = (parts: Parts = {}): Catalogue => {
  const kept = keptRulesOf(parts.rules ?? rules, parts.homes ?? homes, parts.titles ?? titles)
  return {
    rules: kept,
    keys: RuleKey.policyRuleKeys,
    libraryKeys: Object.keys(RuleKey.libraryRuleKeys),
    rows: RuleRows.rows.map(({ id }) => id),
    homes: parts.homes ?? homes,
    titles: parts.titles ?? titles,
    unasked: parts.unasked ?? [],
    read: () => parts.text ?? homes.map(({ declares }) => declares ?? "").join(" "),
    page: tableOf(kept),
  }
}
const withRule = (key: string, change: (rule: RuleCatalogue.Rule) => ReadonlyArray<RuleCatalogue.Rule>): Catalogue =>
  catalogueOf({ rules: rules.flatMap((rule) => (rule.key === key ? change(rule) : [rule])) })
const withTitles = (change: (title: Title) => ReadonlyArray<Title>): Catalogue =>
  catalogueOf({ titles: titles.flatMap(change) })

describe("the check of the rules", () => {
  it("passes a correct catalogue", () => expect(faultsOf(catalogueOf())).toEqual([]))

  it.each<[name: string, broken: Catalogue, fault: string]>([
    ["a key without a row in the catalogue", withRule("SEVER", () => []), "SEVER has no row in the catalogue"],
    ["a key twice in the catalogue", withRule("SEVER", (rule) => [rule, rule]), "SEVER is in the catalogue twice"],
    [
      "a key that rests on nothing",
      withRule("SEVER", (rule) => [{ ...rule, rows: [] }]),
      "SEVER rests on no row of a document",
    ],
    ["a row of no key", { ...catalogueOf(), rows: [...catalogueOf().rows, "D16-99"] }, "D16-99 belongs to no key"],
    [
      "a row of two keys",
      withRule("SEVER", (rule) => [{ ...rule, rows: [...rule.rows, RuleRows.rows[0]!] }]),
      "D16-01 belongs to two keys",
    ],
    [
      "an enforced key that no module refuses",
      catalogueOf({ homes: homes.filter(({ key }) => key !== "CERT") }),
      "CERT is enforced and no module refuses it, requires it or is tagged with it",
    ],
    [
      "an enforced key that only a parameter states",
      catalogueOf({ homes: homes.filter(({ key, way }) => key !== "CERT" || way === "parameter") }),
      "CERT is enforced and no module refuses it, requires it or is tagged with it",
    ],
    [
      "a tag on a declaration that no test of the rule uses",
      catalogueOf({ text: "nothing of it" }),
      `SEVER: no test that names it uses sever, which is tagged with it (${
        homes.find(({ key, way }) => key === "SEVER" && way === "tag")!.file
      }:${homes.find(({ key, way }) => key === "SEVER" && way === "tag")!.line})`,
    ],
    [
      "a tag that is no key",
      catalogueOf({ homes: [...homes, { key: "SEVRE", way: "tag", file: "a.ts", line: 3, declares: "a" }] }),
      "a.ts:3: SEVRE is no key",
    ],
    [
      "a key without a test",
      withTitles((title) => (names(title.name, "CERT") ? [] : [title])),
      "CERT is enforced and no test names it",
    ],
    [
      "a declared key without a test",
      withTitles((title) => (names(title.name, "REUSE-CLAUSE") ? [] : [title])),
      "REUSE-CLAUSE is declared and no test names it",
    ],
    [
      "a key whose tests name only a longer key",
      withTitles((title) => [{ ...title, name: title.name.replace(/RET-CONTRACT(?!-)/g, "RET-CONTRACT-CAP") }]),
      "RET-CONTRACT is enforced and no test names it",
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
      "an organisational key that says no reason",
      withRule("PAYMENT", (rule) => [
        { ...rule, entry: { kind: "organisational", how: "some help that is long enough", why: "" } },
      ]),
      "PAYMENT: say why only people can keep it, and what helps them",
    ],
    [
      "a test that names no known key",
      catalogueOf({ titles: [...titles, { file: "a.test.ts", name: "LISTEN: is kept", runs: 1000 }] }),
      "a.test.ts names LISTEN, which is no key: LISTEN: is kept",
    ],
    [
      "an enforced key that no service asks under one of its versions",
      withTitles((title) => [
        names(title.name, "CERT") && title.name.includes("2021")
          ? { ...title, name: title.name.replace("is asked by", "is refused by") }
          : title,
      ]),
      'CERT is asked by no service under dialonce/2021-02-17: no test is titled "… is asked by Service.verb"',
    ],
    [
      "a key that services ask and that is listed as unasked",
      catalogueOf({ unasked: ["CERT"] }),
      "CERT is asked by services: take it out of UnaskedRule.ts",
    ],
    [
      "a page that is out of date",
      { ...catalogueOf(), page: catalogueOf().page.replace("SEVER", "SEVERE") },
      "docs/rules.md is out of date: npm run rules -- --write",
    ],
  ])("finds %s", ([, broken, fault]) => expect(faultsOf(broken)).toContain(fault))

  it("requires no property of a declared rule", () => {
    const plain = withTitles((title) => [names(title.name, "REUSE-CLAUSE") ? { ...title, runs: undefined } : title])
    expect(faultsOf(plain)).toEqual([])
  })
})

describe("the homes of a rule", () => {
  const keys = new Set(["CERT", "SEVER"])
  const found = (source: string, file = "packages/core/src/domain/A.ts") =>
    homesIn(file, source, keys).map(({ declares, key, line, way }) => [key, way, line, ...(declares ? [declares] : [])])

  it.each<[name: string, source: string, homes: ReadonlyArray<ReadonlyArray<string | number>>]>([
    ["a refusal", 'const a = () => refuse("CERT", "field")', [["CERT", "refusal", 1]]],
    ["a rule among others", '\nfound.push({ rule: ok ? "CERT" : "OTHER" })', [["CERT", "refusal", 2]]],
    [
      "a tag",
      "/**\n * Does it.\n *\n * @rule CERT, SEVER\n */\nexport const a = 1",
      [
        ["CERT", "tag", 6, "a"],
        ["SEVER", "tag", 6, "a"],
      ],
    ],
    ["a type", 'type A = "CERT" | "SEVER"', []],
    ["a comparison", 'const a = rule === "CERT"', []],
    ["a comment", "// CERT holds\nconst a = 1", []],
    ["a longer word", 'const a = "CERTAIN"', []],
  ])("%s", ([, source, expected]) => expect(found(source)).toEqual(expected))

  it("differ by folder: the law requires, a parameter states, a text keeps nothing", () => {
    const source = 'export const a = { rules: ["CERT"] }'
    expect(found(source, "packages/core/src/policy/law/Law.ts")).toEqual([["CERT", "law", 1]])
    expect(found(source, "packages/core/src/policy/text/parameters/location.ts")).toEqual([["CERT", "parameter", 1]])
    expect(found(source, "packages/core/src/policy/versions/dialogra.ts")).toEqual([])
  })
  it("refuse a tag without a declaration", () => {
    expect(() => found("/** @rule CERT */\n\nrun()")).toThrow("belongs to no declaration")
  })
  it("put a refusal before a tag before the law, and among equals the module whose tests name the rule", () => {
    const home = (file: string, way: Home["way"]): Home => ({ key: "CERT", way, file, line: 1 })
    const some = [home("law.ts", "law"), home("tag.ts", "tag"), home("a.ts", "refusal"), home("b.ts", "refusal")]
    expect(modulesOf(some, ["b.cases.test.ts"])).toEqual(["b.ts", "a.ts", "tag.ts", "law.ts"])
    expect(modulesOf([home("p.ts", "parameter"), home("a.ts", "refusal")], [])).toEqual(["a.ts"])
    expect(modulesOf([home("p.ts", "parameter")], [])).toEqual(["p.ts"])
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

describe("the keys that the name of a test cites", () => {
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

describe("the verbs that ask a rule", () => {
  const versions = ["dialonce/2016-06-29", "dialonce/2019-03-05"]
  const verbsOf = (...titles: ReadonlyArray<string>) =>
    askedBy(
      { key: "CERT", versions },
      titles.map((name) => ({ file: "a", name, runs: undefined })),
      versions,
    )

  it.each<[name: string, title: string, first: ReadonlyArray<string>, second: ReadonlyArray<string>]>([
    ["one version", "CERT under dialonce/2016-06-29 is asked by A.do", ["A.do"], []],
    ["every version", "a suite > CERT is asked by A.do: text", ["A.do"], ["A.do"]],
    ["two verbs and keys", "CERT, SEVER under dialonce/2019-03-05 are asked by B.do and A.do", [], ["A.do", "B.do"]],
    ["another key", "SEVER is asked by A.do, as CERT is", [], []],
    ["no verb", "CERT is asked by services", [], []],
  ])("are read from a title with %s", ([, title, first, second]) =>
    expect(Object.values(verbsOf(title))).toEqual([first, second]),
  )
})

describe("the table", () => {
  const kept = keptRulesOf(rules, homes, titles)
  it("has a line for each of the 186 keys and names each of the 487 rows once", () => {
    const lines = tableOf(kept)
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (key|---) /.test(line))
    expect(lines.map((line) => line.split(" | ")[0]?.slice(2))).toEqual(RuleKey.policyRuleKeys)
    expect(lines.every((line) => line.split(" | ").length === 8)).toBe(true)
    const cells = lines.flatMap((line) => line.split(" | ")[7]!.replace(" |", "").split(", "))
    expect(cells.toSorted()).toEqual(RuleRows.rows.map(({ id }) => id).toSorted())
  })
  it("is given to programs with the tests that name each key", () => {
    const records = recordsOf(
      keptRulesOf(
        rules,
        [{ key: "RET-12M", way: "refusal", file: "a.ts", line: 1 }],
        [
          { file: "a.test.ts", name: "suite > RET-12M: ends", runs: 1000 },
          { file: "a.test.ts", name: "RET-12MS", runs: 1000 },
        ],
      ),
    )
    expect(records.find(({ key }) => key === "RET-12M")).toEqual({
      key: "RET-12M",
      kind: "enforced",
      module: "a.ts",
      modules: ["a.ts"],
      tests: ["a.test.ts > suite > RET-12M: ends"],
      askedBy: { "dialonce/2019-03-05": [] },
      versions: ["dialonce/2019-03-05"],
      rows: ["D19-65"],
    })
    expect(records.filter(({ tests }) => tests.length > 0)).toHaveLength(1)
  })
  it("counts the rules of each kind, and those whose tests passed", () => {
    const some = rules.filter(({ key }) => ["CERT", "REUSE-CLAUSE", "PAYMENT"].includes(key))
    expect(figuresOf(some)).toBe("rules: 1 enforced, 1 declared, 1 organisational")
    const outcomes = [
      { name: "CERT: one", passed: true },
      { name: "CERT: other", passed: true },
      { name: "REUSE-CLAUSE: one", passed: true },
      { name: "REUSE-CLAUSE: other", passed: false },
    ]
    expect(provenLine(some, outcomes)).toBe("rules: 1 enforced, 1 declared, 1 organisational; the tests of 1 passed")
  })
})
