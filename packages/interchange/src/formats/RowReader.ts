/**
 * Compiles a mapping into a reader of rows: what every format does with its records once it has cut the file into them.
 */
import type { Fields, TimeField } from "../mapping/Field.ts"
import type { Mapping } from "../mapping/Mapping.ts"
import type { Rules } from "../mapping/Rule.ts"
import { InputError, type Fact, type Quality, type SourceItem, type SourceRow } from "../SourceRow.ts"
import { type CallReader, callReader, longestCallOf } from "./Call.ts"
import { withoutEmpty } from "./Empty.ts"
import { type FactMaker, factMakers, type RuleContext } from "./Facts.ts"
import { formatViolation, rejected, timeViolation } from "./Violation.ts"
import { keyReader } from "./Key.ts"
import type { Get, SourceRecord } from "./Record.ts"
import { type TimeReader, timeReader } from "./Time.ts"
import { textReader } from "./Value.ts"

/** The defaults of a format; the mapping overrides them. */
export interface FormatDefaults {
  readonly case?: Fields
  readonly id?: Fields
  readonly person?: Fields
  readonly time?: TimeField
  readonly activity?: string
  readonly activities?: { readonly [value: string]: Rules }
  readonly otherActivities?: "step" | "drop" | "reject"
  /** The facts of every record of the format, such as the leg that a call record is. */
  readonly always?: ReadonlyArray<FactMaker>
  /** Fields of which no text means that they hold nothing. */
  readonly literal?: ReadonlyArray<string>
}

/** Reads records into rows. */
export interface RowReader {
  /** The fields that are read; a format may drop all others unseen. */
  readonly fields: ReadonlySet<string>
  /** The item of a record, or `undefined` where the mapping drops it; counts into `quality`. */
  readonly read: (record: SourceRecord) => SourceItem | undefined
}

/** Compiles a mapping; throws an `InputError` where it lacks a key without a default in the format. */
export const rowReader = (mapping: Mapping, defaults: FormatDefaults, zone: string, quality: Quality): RowReader => {
  const fields = new Set<string>()
  const use = (field: string) => void fields.add(field)
  const declaredCase = isFields(mapping.case) ? mapping.case : defaults.case
  if (declaredCase === undefined) throw missing("case", "the field, or fields, that identify an interaction")
  const readCase = keyReader(declaredCase, use)
  const caseField = typeof declaredCase === "string" ? declaredCase : declaredCase[0]
  const readId = optionalKey(mapping.id ?? defaults.id, use)
  const readPerson = optionalKey(isFields(mapping.person) ? mapping.person : defaults.person, use)
  const readNumber = optionalText(mapping.number, use)
  const readEntryPoint = optionalText(mapping.entryPoint, use)
  const readTime = compileTime(mapping, defaults, zone, use)
  const makers = compileFacts(mapping, defaults, zone, use)
  const present = withoutEmpty(mapping, defaults.literal)
  const read = ({ get: getText, line }: SourceRecord): SourceRow | undefined => {
    const get = present(getText)
    const facts = makers(get)
    if (facts === undefined) return undefined
    const at = readTime(get)
    const made = facts.map((make) => make(get, at, quality))
    const said = made.filter((fact) => fact !== undefined)
    if (said.length === 0 || said.length < made.length) return undefined
    const key = readCase(get)
    if (key === undefined) throw formatViolation(caseField, "a value: it is the key of the interaction")
    const moment = at ?? firstCall(said)
    if (moment === undefined) throw timeViolation(timeName(mapping, defaults), "a date and time")
    const id = readId(get)
    const person = readPerson(get)
    const number = readNumber(get)
    const entryPoint = readEntryPoint(get)
    return {
      _tag: "row",
      line,
      case: key,
      ...(id === undefined ? {} : { id }),
      ...(person === undefined ? {} : { person }),
      ...(number === undefined ? {} : { number }),
      ...(entryPoint === undefined ? {} : { entryPoint }),
      at: moment,
      facts: said.length > 1 ? said.toSorted((a, b) => rank[a._tag] - rank[b._tag]) : said,
    }
  }
  return {
    fields,
    read: (record) => {
      quality.records++
      try {
        const row = read(record)
        if (row === undefined) quality.dropped++
        return row
      } catch (violation) {
        return rejected(record.line, violation)
      }
    },
  }
}

/** The order in which the facts of one moment are recorded: only calls and the end may follow a redirection. */
const rank: { readonly [Tag in Fact["_tag"]]: number } = {
  started: 0,
  inhibited: 1,
  step: 2,
  goal: 3,
  callRequested: 4,
  callPlaced: 5,
  callAnswered: 6,
  callEnded: 7,
  call: 8,
  leg: 8,
  redirected: 9,
  excluded: 10,
  ended: 11,
}

const missing = (key: string, what: string): InputError => new InputError(`mapping, ${key}: must be given: ${what}`)

const isFields = (declared: Mapping["case"]): declared is Fields =>
  typeof declared === "string" || Array.isArray(declared)

const optionalKey = (declared: Fields | undefined, use: (field: string) => void) =>
  declared === undefined ? () => undefined : keyReader(declared, use)

const optionalText = (declared: Mapping["number"], use: (field: string) => void) =>
  declared === undefined ? () => undefined : textReader(declared, use)

const compileTime = (
  mapping: Mapping,
  defaults: FormatDefaults,
  zone: string,
  use: (field: string) => void,
): TimeReader => {
  const declared = mapping.time ?? defaults.time
  if (declared !== undefined) return timeReader(declared, zone, "time", use)
  if (mapping.call?.placed !== undefined || defaults.always !== undefined) return () => undefined
  throw missing("time", "the field that says when it happened")
}

const timeName = (mapping: Mapping, defaults: FormatDefaults): string => {
  const declared = mapping.time ?? defaults.time ?? "time"
  const field = typeof declared === "string" ? declared : declared.field
  return typeof field === "string" ? field : field[0]
}

const firstCall = (facts: ReadonlyArray<Fact>): number | undefined => {
  const call = facts.find((fact) => fact._tag === "call" || fact._tag === "leg")
  return call?.placedAt
}

/** Gives the makers that a record calls for; `undefined` where the mapping drops it. */
const compileFacts = (
  mapping: Mapping,
  defaults: FormatDefaults,
  zone: string,
  use: (field: string) => void,
): ((get: Get) => ReadonlyArray<FactMaker> | undefined) => {
  const activity = mapping.activity ?? defaults.activity
  let call: CallReader | undefined
  const context: RuleContext = {
    activity,
    use,
    call: () => {
      if (mapping.call === undefined) throw missing("call", "the fields that describe a call")
      return (call ??= callReader(mapping.call, zone, longestCallOf(mapping), use))
    },
  }
  const always = [
    ...(defaults.always ?? []),
    ...(mapping.always === undefined ? [] : factMakers(mapping.always, context)),
    ...(mapping.rows === "call" || mapping.rows === "leg" ? factMakers(mapping.rows, context) : []),
  ]
  const byActivity = activity === undefined ? undefined : activityMakers(mapping, defaults, activity, context)
  const others = (mapping.facts ?? []).map(({ field, other, values }) => {
    use(field)
    const known = new Map(Object.entries(values).map(([value, rules]) => [value, factMakers(rules, context)]))
    return (get: Get): ReadonlyArray<FactMaker> => {
      const makers = known.get(get(field) ?? "")
      if (makers === undefined && other === "reject") throw formatViolation(field, "a value that the mapping lists")
      return makers ?? []
    }
  })
  if (always.length === 0 && byActivity === undefined && others.length === 0) {
    throw missing("activity", "the field that says what happened (or always, facts, rows)")
  }
  return (get) => {
    const ofActivity = byActivity === undefined ? [] : byActivity(get)
    return ofActivity === undefined ? undefined : [...ofActivity, ...always, ...others.flatMap((makers) => makers(get))]
  }
}

const activityMakers = (
  mapping: Mapping,
  defaults: FormatDefaults,
  activity: string,
  context: RuleContext,
): ((get: Get) => ReadonlyArray<FactMaker> | undefined) => {
  context.use(activity)
  const activities = { ...defaults.activities, ...mapping.activities }
  const known = new Map(Object.entries(activities).map(([value, rules]) => [value, factMakers(rules, context)]))
  const other = mapping.otherActivities ?? defaults.otherActivities ?? "step"
  const step = factMakers("step", context)
  return (get) => {
    const value = get(activity)
    const makers = value === undefined ? undefined : known.get(value)
    if (makers !== undefined) return makers
    if (other === "drop") return undefined
    if (value === undefined || value === "") throw formatViolation(activity, "a value: it says what happened")
    if (other === "reject") throw formatViolation(activity, "an activity that the mapping lists")
    return step
  }
}
