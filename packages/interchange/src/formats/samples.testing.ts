/**
 * Small inputs of every format for tests, each with rows that are good and rows that are not.
 */
import type { Format } from "../mapping/Format.ts"
import type { Mapping } from "../mapping/Mapping.ts"
import { readMapping } from "../mapping/readMapping.ts"
import { shipped } from "./reading.testing.ts"

/** The value of every free field of the valid inputs: it must never appear in a message. */
export const canary = "CANARY5417"

export interface Sample {
  readonly name: string
  readonly format: Format
  readonly mapping: Mapping
  readonly valid: string
}

const xes = (name: string) =>
  `<log><trace><string key="concept:name" value="${name}"/><event><string key="concept:name" value="${canary} a"/>
<date key="time:timestamp" value="2026-01-05T10:00:00Z"/><string key="org:resource" value="${canary}"/></event></trace>
<trace><string key="concept:name" value="${canary}"/><event><string key="concept:name" value="b"/>
<date key="time:timestamp" value="${canary}"/></event></trace></log>`

const cloudEvent = (id: string, time: string, step: string) =>
  JSON.stringify({
    specversion: "1.0",
    id,
    source: `/${canary}`,
    type: "x.interaction.step.v1",
    subject: `interaction/${canary}`,
    time,
    data: { step, person: canary, secret: canary },
  })

const freeswitch = JSON.stringify({
  "core-uuid": canary,
  variables: { uuid: canary, hangup_cause: canary, billsec: "5", duration: "9", caller: canary },
  callflow: [
    {
      times: {
        created_time: "1767607200000000",
        answered_time: "0",
        bridged_time: "0",
        hangup_time: "1767607209000000",
      },
    },
  ],
})

const ocel = JSON.stringify(
  {
    objectTypes: [{ name: "Interaction" }],
    eventTypes: [{ name: canary }],
    objects: [
      { id: canary, type: "Interaction" },
      { id: "o", type: canary },
    ],
    events: [
      {
        id: "1",
        type: canary,
        time: "2026-01-05T10:00:00Z",
        attributes: [],
        relationships: [{ objectId: canary, qualifier: canary }],
      },
      { id: canary, type: canary, time: canary, relationships: [{ objectId: canary, qualifier: "" }] },
      {
        id: "3",
        type: canary,
        time: "2026-01-05T10:00:00Z",
        relationships: [{ objectId: `${canary}x`, qualifier: "" }],
      },
    ],
  },
  null,
  1,
)

const cdrRow = (start: string, disposition: string) =>
  `"","${canary}","200","ctx","""${canary}"" <1>","SIP/1","SIP/2","Dial","x","${start}","","2026-01-05 10:00:30",30,0,"${disposition}","D","${canary}",""\n`

export const samples: ReadonlyArray<Sample> = [
  {
    name: "CSV of events",
    format: "csv",
    mapping: { case: "case", activity: "what", time: "at", person: "who" },
    valid: `case,what,at,who,note\n${canary},"a ""b""",2026-01-05,${canary},"${canary}\n${canary}"\n${canary},x,${canary},,\n${canary}@a.example,${canary}@mail.example,2026-01-05,,\n`,
  },
  {
    name: "CSV of calls",
    format: "csv",
    mapping: readMapping(
      JSON.stringify({
        rows: "call",
        case: "n",
        time: "at",
        call: {
          duration: "all",
          talk: { field: "talk", unit: "HH:mm:ss" },
          human: { field: "who", values: { agent: true } },
          disposition: { field: "how" },
        },
      }),
    ),
    valid: `n,at,all,talk,who,how\n1,2026-01-05,30,0:00:10,agent,answered\n3,2026-01-05,30,0:00:10,${canary},answered\n4,2026-01-05,30,0:00:10,agent,${canary}\n2,2026-01-05,${canary},${canary},${canary},${canary}\n`,
  },
  {
    name: "Asterisk",
    format: "asterisk-cdr",
    mapping: shipped("cdr-csv"),
    valid: cdrRow("2026-01-05 10:00:00", "ANSWERED") + cdrRow("2026-01-05 10:00:00", canary) + cdrRow(canary, "BUSY"),
  },
  {
    name: "FreeSWITCH on lines",
    format: "freeswitch-cdr",
    mapping: {},
    valid: `${freeswitch}\n{"x":"${canary}"}\n${freeswitch}`,
  },
  {
    name: "FreeSWITCH in a document",
    format: "freeswitch-cdr",
    mapping: {},
    valid: JSON.stringify(JSON.parse(freeswitch), null, 2),
  },
  {
    name: "FreeSWITCH's CSV",
    format: "freeswitch-cdr",
    mapping: shipped("freeswitch-csv"),
    valid: `"${canary}","1","2","c","2026-01-05 10:00:00","","2026-01-05 10:00:09",9,0,"${canary}","${canary}","","","",""\n`,
  },
  { name: "XES", format: "xes", mapping: {}, valid: xes("A") },
  { name: "OCEL in JSON", format: "ocel2", mapping: {}, valid: ocel },
  {
    name: "OCEL in XML",
    format: "ocel2",
    mapping: {},
    valid: `<log><object-types><object-type name="Interaction"/></object-types><objects><object id="${canary}" type="Interaction"/></objects>
<events><event id="1" type="${canary}" time="2026-01-05T10:00:00Z"><objects><relationship object-id="${canary}" qualifier="${canary}"/></objects></event>
<event id="2" type="x" time="${canary}"><objects><relationship object-id="${canary}x"/></objects></event></events></log>`,
  },
  {
    name: "CloudEvents on lines",
    format: "cloudevents",
    mapping: {},
    valid: [
      cloudEvent("1", "2026-01-05T10:00:00Z", "menu"),
      cloudEvent("2", canary, "menu"),
      cloudEvent("3", "2026-01-05T10:00:00Z", `${canary}@mail.example`),
      `{"${canary}`,
    ].join("\n"),
  },
  {
    name: "CloudEvents in an array",
    format: "cloudevents",
    mapping: {},
    valid: `[${cloudEvent("1", "2026-01-05T10:00:00Z", "menu")},\n{"specversion":"${canary}"},${canary.length}]`,
  },
]
