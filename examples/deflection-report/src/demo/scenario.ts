/**
 * The invented Customer: an energy supplier with a help page and a phone line. Its declarations, and the reasons for
 * which people contact it.
 */
import { decodeMapping, type Mapping } from "@tacet/interchange"

/** The zone of the supplier's clocks. */
export const timeZone = "Europe/Paris"

/** The columns of the invented log. */
export const columns = [
  "id",
  "at",
  "session",
  "visitor",
  "what",
  "screen",
  "channel",
  "placed",
  "answered",
  "ended",
  "agent",
  "result",
  "asked",
] as const
export type Column = (typeof columns)[number]

/** How the log is read: one object, as a user would write it in a file. */
export const mapping: Mapping = decodeMapping({
  about: "An invented month of an energy supplier: a help page and a phone line",
  format: "csv",
  order: "time",
  timeZone,
  case: "session",
  id: "id",
  person: "visitor",
  time: "at",
  activity: "what",
  otherActivities: "reject",
  activities: {
    open: { as: "started", trigger: { field: "channel" } },
    screen: { as: "step", step: { field: "screen" } },
    goal: { as: "goal", goal: { field: "screen" } },
    area: { as: "redirected", to: "customerArea" },
    call: "call",
    close: "ended",
    test: { as: "excluded", reason: "test" },
  },
  call: {
    placed: "placed",
    answered: "answered",
    ended: "ended",
    human: { field: "agent", values: { yes: true, no: false, "": "unknown" } },
    disposition: { field: "result" },
    asksForPerson: { field: "asked", values: { yes: true, no: false } },
  },
  interface: "help-page",
  trigger: "web",
  scenario: {
    id: "energy-help",
    binds: true,
    steps: [
      { step: "home", kind: "menu" },
      { step: "bill", kind: "page" },
      { step: "bill/explain", kind: "faq" },
      { step: "bill/instalments", kind: "form" },
      { step: "bill/pay", kind: "form" },
      { step: "meter", kind: "page" },
      { step: "meter/reading", kind: "form" },
      { step: "outage", kind: "page" },
      { step: "outage/map", kind: "page" },
      { step: "outage/report", kind: "form" },
      { step: "move", kind: "page" },
      { step: "move/date", kind: "form" },
      { step: "move/confirm", kind: "form" },
      { step: "move/abroad", kind: "form" },
      { step: "contract", kind: "page" },
      { step: "contract/offers", kind: "page" },
      { step: "contract/cancel", kind: "form" },
      { step: "contact", kind: "page" },
      { step: "contact/faq", kind: "faq" },
    ],
    journeys: [
      ["home", "bill", "bill/explain"],
      ["home", "bill", "bill/pay"],
      ["home", "bill", "bill/instalments", "bill/pay"],
      ["home", "meter", "meter/reading"],
      ["home", "outage", "outage/map"],
      ["home", "move", "move/date", "move/confirm"],
      ["home", "move", "move/abroad"],
      ["home", "contract", "contract/offers"],
      ["home", "contract", "contract/cancel", "bill/pay"],
    ],
    goals: ["bill-paid", "reading-sent", "outage-reported", "move-booked"],
  },
})

/** How a visit may end. */
export type End = "goal" | "area" | "leave" | "call"

/** The reason for a contact. */
export interface Intent {
  readonly path: ReadonlyArray<string>
  readonly goal: string | undefined
  readonly ends: Readonly<Record<End, number>>
}

/** The reasons for which people make contact, their frequencies and outcomes. */
export const intents = {
  bill: { path: ["home", "bill", "bill/explain"], goal: undefined, ends: { goal: 0, area: 20, leave: 42, call: 38 } },
  payment: { path: ["home", "bill", "bill/pay"], goal: "bill-paid", ends: { goal: 62, area: 12, leave: 14, call: 12 } },
  instalments: {
    path: ["home", "bill", "bill/instalments", "bill/pay"],
    goal: "bill-paid",
    ends: { goal: 34, area: 6, leave: 18, call: 42 },
  },
  reading: {
    path: ["home", "meter", "meter/reading"],
    goal: "reading-sent",
    ends: { goal: 71, area: 4, leave: 16, call: 9 },
  },
  outage: { path: ["home", "outage", "outage/map"], goal: undefined, ends: { goal: 0, area: 0, leave: 63, call: 37 } },
  fault: {
    path: ["home", "outage", "outage/report"],
    goal: "outage-reported",
    ends: { goal: 48, area: 0, leave: 12, call: 40 },
  },
  move: {
    path: ["home", "move", "move/date", "move/confirm"],
    goal: "move-booked",
    ends: { goal: 46, area: 8, leave: 20, call: 26 },
  },
  offers: {
    path: ["home", "contract", "contract/offers"],
    goal: undefined,
    ends: { goal: 0, area: 38, leave: 40, call: 22 },
  },
  cancel: {
    path: ["home", "contract", "contract/cancel"],
    goal: undefined,
    ends: { goal: 0, area: 5, leave: 20, call: 75 },
  },
  lost: { path: ["home", "contact", "contact/faq"], goal: undefined, ends: { goal: 0, area: 2, leave: 38, call: 60 } },
} as const satisfies Readonly<Record<string, Intent>>

/** The relative frequency of each intent. */
export const intentWeights: Readonly<Record<keyof typeof intents, number>> = {
  bill: 22,
  payment: 16,
  instalments: 5,
  reading: 14,
  outage: 9,
  fault: 4,
  move: 9,
  offers: 7,
  cancel: 4,
  lost: 10,
}
