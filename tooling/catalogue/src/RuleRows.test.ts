import { describe, expect, it } from "@tacet/vitest"
import { PrivacyPolicy as Policy, RuleKey, Versions } from "@tacet/core/policy"
import { contradictionKeys, contradictions } from "./Contradiction.ts"
import { documents, rowById, rows, rowsOf } from "./RuleRows.ts"

describe("The rows of the rule catalogue", () => {
  it("are 487, and the keys that they state are the 186", () => {
    expect(rows.length).toBe(487)
    expect(rowById.size).toBe(487)
    expect(new Set(rows.map(({ key }) => key))).toEqual(new Set(RuleKey.policyRuleKeys))
    expect(RuleKey.policyRuleKeys.length).toBe(186)
  })
  it("are so many in each document", () => {
    const counts = Object.keys(documents).map((document) => rows.filter((row) => row.document === document).length)
    expect(counts).toEqual([85, 127, 108, 109, 58])
  })
  it("each have a section and a kind", () => {
    expect(
      rows.filter(({ kind, section }) => section === "" || !["ban", "duty", "permission", "definition"].includes(kind)),
    ).toEqual([])
    expect(rowsOf("RET-12M").map(({ id, kind, section }) => [id, kind, section])).toEqual([["D19-65", "ban", "10.1"]])
  })
})

describe("The contradictions", () => {
  it("V01 to V60 are all there", () => {
    expect(contradictionKeys.length).toBe(60)
    expect(Object.keys(contradictions).toSorted()).toEqual(contradictionKeys.toSorted())
  })
  it.each(contradictionKeys)("%s is a parameter that exists, or a documented invariant or definition", (key) => {
    const resolution = contradictions[key]
    expect(resolution.note.length).toBeGreaterThan(10)
    if (resolution._tag === "parameter") {
      for (const name of resolution.parameters) expect(Policy.parameterNames).toContain(name)
    }
    if (resolution._tag === "head") expect(Object.keys(Policy.PrivacyPolicy.fields)).toContain(resolution.field)
  })
})

describe("Published versions", () => {
  const statements = Versions.published.flatMap((policy) =>
    [policy.parameters, ...(policy.variants ?? []).map(({ parameters }) => parameters)].flatMap((parameters) =>
      Policy.parameterNames.flatMap((name) => {
        const stated = Policy.statement(parameters, name)
        return stated === undefined ? [] : [{ policy: policy.id, name, stated }]
      }),
    ),
  )
  const sourcesOf = ({ stated }: (typeof statements)[number]): ReadonlyArray<Policy.Source> => [
    ...stated.sources,
    ...(stated.general?.sources ?? []),
  ]
  it("name a place for each statement", () => {
    expect(statements.filter((statement) => sourcesOf(statement).length === 0)).toEqual([])
  })
  it("cite rows that exist, in their own document and section", () => {
    for (const statement of statements) {
      for (const { document, rows: cited, section } of sourcesOf(statement)) {
        for (const id of cited) {
          const row = rowById.get(id)
          expect([statement.policy, statement.name, id, row?.document, row?.section]).toEqual([
            statement.policy,
            statement.name,
            id,
            document,
            section,
          ])
          expect(documents[row?.document ?? "D16"].version).toBe(statement.policy)
        }
      }
    }
  })
  it("cite a row of a rule that reads the parameter, or say by which contradiction they are read", () => {
    const stray = statements.filter((statement) => {
      const { rules } = Policy.parameter(statement.name)
      return !sourcesOf(statement).some(
        ({ contradiction, rows: cited }) =>
          contradiction !== undefined || cited.some((id) => rules.includes(rowById.get(id)?.key ?? "SEVER")),
      )
    })
    expect(stray.map(({ name, policy }) => `${policy} ${name}`)).toEqual([
      // Said in a section from which no row was drawn for it.
      "dialonce/2019-03-05 processingRecord",
      "dialonce/2021-02-17 processingRecord",
      "dialogra requestChannels",
    ])
  })
  it("cite contradictions that became the parameter that they are cited for", () => {
    for (const statement of statements) {
      for (const { contradiction } of sourcesOf(statement)) {
        if (contradiction === undefined) continue
        const resolution = contradictions[contradiction as keyof typeof contradictions]
        expect([
          statement.name,
          contradiction,
          resolution._tag === "parameter" ? resolution.parameters.includes(statement.name as never) : true,
        ]).toEqual([statement.name, contradiction, true])
      }
    }
  })
})
