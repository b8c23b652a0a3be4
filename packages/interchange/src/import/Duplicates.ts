/**
 * Recognises repeated rows. The same id with the same content is a duplicate and has no effect; with other content it
 * contradicts the recorded row (TACET-ONCE). An id is remembered until the clock of the rows has passed it, so that
 * memory is bounded by time, not by the size of the file.
 */
import type { SourceRow } from "../SourceRow.ts"
import type { Tokens } from "./TokenKey.ts"

/** An id that was seen. */
export interface RowId {
  readonly token: string
  readonly content: string
  /** The clock of the rows at which it may be forgotten. */
  readonly until: number
  /** Whether the row, or the call that it is a leg of, was recorded. */
  state: "waiting" | "recorded" | "refused"
}

export interface Duplicates {
  readonly size: number
  /** Decides the treatment of a row by its id, if it has one. */
  readonly judge: (row: SourceRow) => Judged
  /** Remembers a row that is new. */
  readonly remember: (row: Judged, clock: number) => RowId | undefined
  readonly forgetBehind: (clock: number) => void
}

/** A row with its id's token, its content and the earlier row of that id, as far as there are any. */
interface Judged {
  readonly token: string | undefined
  readonly content: string
  readonly earlier: RowId | undefined
}

/** Remembers ids for so long behind the clock, in milliseconds. */
export const make = (tokens: Tokens, keepMillis: number): Duplicates => {
  // In the order in which they were remembered, which is that in which they may be forgotten.
  const ids = new Map<string, RowId>()
  return {
    get size() {
      return ids.size
    },
    judge: ({ at, case: caseKey, facts, id, person }) => {
      if (id === undefined) return anonymous
      const token = tokens.rowId(id)
      return { token, content: tokens.content([caseKey, person, at, facts]), earlier: ids.get(token) }
    },
    remember: ({ content, token }, clock) => {
      if (token === undefined) return undefined
      const id: RowId = { token, content, until: clock + keepMillis, state: "waiting" }
      ids.delete(token)
      ids.set(token, id)
      return id
    },
    forgetBehind: (clock) => {
      for (const [token, { until }] of ids) {
        if (until >= clock) return
        ids.delete(token)
      }
    },
  }
}

const anonymous: Judged = { token: undefined, content: "", earlier: undefined }
