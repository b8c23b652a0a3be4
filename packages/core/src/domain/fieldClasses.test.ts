/**
 * Every field of every event declares what it may reveal about a person (CLASSIFY).
 */
import { describe, expect, it } from "@tacet/vitest"
import * as Schema from "effect/Schema"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import * as FieldClass from "../eventsourcing/FieldClass.ts"
import { Sealed } from "../privacy/Sealed.ts"
import * as Domain from "./index.ts"

type Definitions = { readonly definitions: ReadonlyArray<EventCodec.EventDefinition<unknown>> }

/** Every module of the domain that has a storage format is an aggregate; none has to be listed here. */
const aggregates = Object.entries(Domain).flatMap(([name, module]) =>
  "codec" in module ? [[name, module.codec as Definitions] as const] : [],
)

const unclassified = ({ definitions }: Definitions): ReadonlyArray<string> =>
  definitions.flatMap(({ schema, tag }) =>
    FieldClass.fieldsOf(schema)
      .filter(({ fieldClass }) => fieldClass === undefined)
      .map(({ path }) => `${tag}.${path}`),
  )

const occurredAt = Schema.DateTimeUtcFromMillis

describe("the fields of events", () => {
  it("belong to these aggregates", () => {
    expect(aggregates.map(([name]) => name)).toEqual([
      "Breach",
      "CookieRegister",
      "Customer",
      "DeviceSwitch",
      "HostingRegister",
      "Interaction",
      "PolicyArchive",
      "ProcessingRegister",
      "Pseudonym",
      "PurgedDay",
      "Recipient",
      "RecognitionModel",
      "RetentionPolicy",
      "RightsRequest",
      "SecurityRegister",
      "StaffRegister",
      "Transfer",
      "VisitorChoice",
    ])
  })

  it.each(aggregates)("of %s are all classified", ([, codec]) => {
    expect(unclassified(codec)).toEqual([])
  })

  it("are personal where they are references into the vault, and nowhere else", () => {
    const personal = aggregates.flatMap(([, { definitions }]) =>
      definitions.flatMap(({ schema, tag }) =>
        FieldClass.fieldsOf(schema)
          .filter(({ fieldClass }) => fieldClass === "personal")
          .map(({ path }) => `${tag}.${path}`),
      ),
    )
    expect(personal).toEqual([
      "TerminalObserved.values[]",
      "InputEntered.value",
      "InputChanged.value",
      "SurveyAnswered.answer",
      "IdentifierObserved.value",
      "DetailRectified.value",
      "SubjectLocated.locators[].value",
      "SubjectLocated.choice.list",
    ])
  })
})

describe("a field that was forgotten is found", () => {
  it.each([
    ["a text", Schema.String, "field"],
    ["a text of a pattern", Schema.String.check(Schema.isMaxLength(3)), "field"],
    ["a text that may be absent", Schema.optionalKey(Schema.String), "field"],
    ["a text or a number", Schema.Union([Schema.Number, Schema.String]), "field"],
    ["a list of texts", Schema.Array(Schema.String), "field[]"],
    ["a record", Schema.Record(Schema.String, Schema.Int), "field{key}"],
    [
      "a text within",
      Schema.Struct({ within: Schema.Array(Schema.Struct({ text: Schema.String })) }),
      "field.within[].text",
    ],
    ["anything at all", Schema.Unknown, "field"],
    ["a text in the shape of a template", Schema.TemplateLiteral(["a", Schema.String]), "field"],
    ["a date with its zone", Schema.DateTimeZoned, "field"],
  ] as ReadonlyArray<readonly [string, Schema.Struct.Fields[string], string]>)("%s", ([, field, path]) => {
    const Forgotten = Schema.TaggedStruct("Forgotten", { occurredAt, sealed: Sealed, field })
    const definition = EventCodec.define(Forgotten as never) as EventCodec.EventDefinition<unknown>
    expect(unclassified({ definitions: [definition] })).toEqual([`Forgotten.${path}`])
  })
})
