import { describe, expect, it } from "@tacet/vitest"
import { factsOf, reading, shipped } from "./reading.testing.ts"

const event = (type: string, data: object = {}, attributes: object = {}) => ({
  specversion: "1.0",
  id: "1",
  source: "/customers/c/interfaces/web",
  type,
  subject: "interaction/i-1",
  time: "2026-01-05T11:00:00+01:00",
  data,
  ...attributes,
})

const own = (name: string, data?: object) => event(`eu.example.contact.${name}.v1`, data)
const onLines = (...events: ReadonlyArray<object>): string => events.map((one) => JSON.stringify(one)).join("\r\n")

describe("CloudEvents", () => {
  it("reads events one behind the other without a line feed", async () => {
    const events = [own("interaction.step", { step: "home" }), own("interaction.step", { step: "faq" })]
    const { rejected, rows } = await reading("cloudevents", events.map((one) => JSON.stringify(one)).join(""))
    expect(rejected).toEqual([])
    expect(factsOf(rows)).toMatchObject([{ step: "home" }, { step: "faq" }])
  })

  it("knows our own types without a mapping", async () => {
    const text = onLines(
      own("interaction.started", { trigger: "qr", person: "p-1" }),
      own("interaction.step", { step: "invoice/explain", kind: "faq" }),
      own("call.inhibited"),
      own("call.requested"),
      own("call.placed", { call: "c" }),
      own("call.answered", { call: "c", human: true }),
      own("call.ended", { call: "c", talkSeconds: 12.5, disposition: "answered" }),
      own("interaction.goal", { goal: "paid" }),
      own("interaction.redirected", { to: "customerArea" }),
      own("interaction.excluded", { reason: "bot" }),
      own("interaction.ended", { reason: "completed" }),
    )
    const { rejected, rows } = await reading("cloudevents", text)
    expect(rejected).toEqual([])
    expect(factsOf(rows)).toEqual([
      { _tag: "started", trigger: "qr" },
      { _tag: "step", step: "invoice/explain", kind: "faq" },
      { _tag: "inhibited" },
      { _tag: "callRequested" },
      { _tag: "callPlaced", call: "c" },
      { _tag: "callAnswered", call: "c", human: true },
      { _tag: "callEnded", call: "c", talkSeconds: 12.5, disposition: "answered" },
      { _tag: "goal", goal: "paid" },
      { _tag: "redirected", to: "customerArea" },
      { _tag: "excluded", reason: "bot" },
      { _tag: "ended", reason: "completed" },
    ])
    expect(rows[0]).toMatchObject({
      line: 1,
      case: "i-1",
      id: "/customers/c/interfaces/web\u001f1",
      person: "p-1",
      at: Date.UTC(2026, 0, 5, 10),
    })
  })

  it("recognises an event that was delivered twice by its source and id together", async () => {
    const { rows } = await reading(
      "cloudevents",
      JSON.stringify([
        own("call.requested"),
        own("call.requested"),
        event("call.requested.v1", {}, { source: "/other" }),
      ]),
    )
    expect(new Set(rows.map((row) => row.id)).size).toBe(2)
    expect(rows.map((row) => row.line)).toEqual([1, 2, 3])
  })

  it.each([
    [{ specversion: "0.3" }, "specversion", "TACET-FORMAT"],
    [{ specversion: 1 }, "specversion", "TACET-FORMAT"],
    [{ id: "" }, "id", "TACET-FORMAT"],
    [{ id: undefined }, "id", "TACET-FORMAT"],
    [{ source: "" }, "source", "TACET-FORMAT"],
    [{ type: undefined }, "type", "TACET-FORMAT"],
    [{ time: undefined }, "time", "TACET-TIME"],
    [{ time: "2026-01-05T10:00:00" }, "time", "TACET-TIME"],
    [{ time: "2026-02-31T10:00:00Z" }, "time", "TACET-TIME"],
    [{ subject: "i-1" }, "subject (interaction/{id})", "TACET-FORMAT"],
    [{ subject: undefined }, "subject (interaction/{id})", "TACET-FORMAT"],
    [{ subject: "interaction/\ud800" }, "subject (interaction/{id})", "TACET-FORMAT"],
    [{ type: "com.example.else" }, "type", "TACET-FORMAT"],
    [{ type: "interaction.step.v2" }, "type", "TACET-FORMAT"],
    [{ data: { step: 7 } }, undefined, undefined],
    [{ data: { step: {} } }, "data.step", "TACET-FORMAT"],
    [{ data: { step: "https://example.com/a" } }, "data.step", "NO-AUTOSEND"],
    [{ data: { step: "a", kind: "elevator" } }, "data.kind", "TACET-FORMAT"],
  ] as const)("judges an event with %j", async ([attributes, field, rule]) => {
    const text = onLines(event("x.interaction.step.v1", { step: "menu" }, attributes))
    const { rejected, rows } = await reading("cloudevents", text)
    expect(rejected.map((one) => [one.field, one.rule])).toEqual(field === undefined ? [] : [[field, rule]])
    expect(rows.length + rejected.length).toBe(1)
  })

  it("takes other types, paths and subjects from a mapping, and drops unknown events where the mapping says so", async () => {
    const text = onLines(
      event("com.example.shop.page.viewed", { page: "basket" }),
      own("interaction.step", { step: "menu" }),
      event("com.example.else"),
    )
    const { quality, rows } = await reading("cloudevents", text, shipped("cloudevents"))
    expect(factsOf(rows)).toEqual([
      { _tag: "step", step: "basket", kind: "page" },
      { _tag: "step", step: "menu" },
    ])
    expect(quality).toMatchObject({ records: 3, dropped: 1 })
    const custom = await reading("cloudevents", text, {
      ...shipped("cloudevents"),
      case: "data.page",
      id: "id",
      time: "time",
    })
    expect(custom.rows.map(({ case: key, id }) => [key, id])).toEqual([["basket", "1"]])
  })

  it("reads no property that the event does not have of its own", async () => {
    const text = `{"specversion":"1.0","id":"1","source":"s","type":"x.interaction.step.v1","subject":"interaction/1","time":"2026-01-05T10:00:00Z","__proto__":{"data":{"step":"x"}},"data":{"__proto__":{"step":"y"}}}`
    for (const written of [text, `[${text}]`]) {
      const { rejected } = await reading("cloudevents", written)
      expect(rejected.map((one) => one.field)).toEqual(["data.step"])
    }
  })

  it("takes an empty file for one without events", async () => {
    for (const text of ["", "\n\n", "[]", "\uFEFF[]"]) expect((await reading("cloudevents", text)).items).toEqual([])
  })
})
