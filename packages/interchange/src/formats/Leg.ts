/**
 * Judges one leg of a call by the record that a telephone system wrote of it. A leg that a machine answered is answered
 * too: only a second party that was bridged proves a person. A leg that was never answered did not reach the automated
 * part, so it counts as asking for a person.
 */
import type { Mapping } from "../mapping/Mapping.ts"
import type { CallFact } from "../SourceRow.ts"
import { type AppMatcher, appMatcher, type AppTable } from "./Apps.ts"

/** The recorded fields of a leg. */
export interface WrittenLeg {
  /** The system's result, in the domain's terms. */
  readonly result: CallFact["disposition"]
  /** The application it ended in, and any before it that are known. */
  readonly apps: ReadonlyArray<string>
  /** Whether there was a second party. */
  readonly secondParty: boolean
}

/** The interpretation of a leg. */
export type Verdict = Pick<CallFact, "human" | "disposition" | "asksForPerson">

/** Compiles a judge from the tables of a system and the overrides of the mapping. */
export const legJudge = (mapping: Mapping, table: AppTable): ((leg: WrittenLeg) => Verdict) => {
  const { ask, queue, voicemail } = { ...table, ...mapping.apps }
  const bridging = mapping.human?.apps ?? table.bridge
  const bridges = appMatcher(bridging)
  const queues = appMatcher(queue)
  const takesMessages = appMatcher(voicemail)
  const asks = ask === "all" ? () => true : appMatcher(ask)
  if (mapping.human?.proof === "disposition") return naive(mapping.apps === undefined ? () => true : asks)
  return ({ apps, result, secondParty }) => {
    const some = (matches: AppMatcher) => apps.some(matches)
    if (result !== "answered") {
      const disposition = some(queues) ? "queueAbandoned" : result
      return { human: false, disposition, asksForPerson: true }
    }
    // `*` also means a leg that went through no application: the other end of a bridge.
    if (secondParty && (bridging.includes("*") || some(bridges)))
      return { human: true, disposition: "answered", asksForPerson: true }
    const asksForPerson = secondParty || ask === "all" || some(asks)
    if (some(takesMessages)) return { human: false, disposition: "voicemail", asksForPerson }
    if (some(queues)) return { human: false, disposition: "queueAbandoned", asksForPerson }
    if (some(isBusy)) return { human: false, disposition: "busy", asksForPerson }
    if (some(isCongestion)) return { human: false, disposition: "failed", asksForPerson }
    return { human: false, disposition: asksForPerson ? "noAnswer" : "automated", asksForPerson }
  }
}

const isBusy = appMatcher(["Busy"])
const isCongestion = appMatcher(["Congestion"])

/** The definition that counts every answer: whether a person spoke is unknown. */
const naive =
  (asks: AppMatcher) =>
  ({ apps, result }: WrittenLeg): Verdict => ({
    human: result === "answered" ? "unknown" : false,
    disposition: result,
    asksForPerson: result !== "answered" || apps.some(asks),
  })
