/**
 * Contractual clauses that the European Commission adopted for transfers (GDPR 46(2)(c)), with the days until which new
 * contracts could be made with them and until which older ones hold.
 */
import type { PlainDate } from "../../calendar/PlainDate.ts"

/** One set of standard contractual clauses. */
export interface StandardClauses {
  readonly act: string
  /** The first day on which a contract could be made with them. */
  readonly from: PlainDate
  /** The first day on which no new contract can. */
  readonly newContractsTo?: PlainDate
  /** The first day on which contracts made before no longer safeguard a transfer. */
  readonly to?: PlainDate
  readonly verified: "read" | "known"
}

// 2021/914 Article 4: the old sets are repealed on 27 September 2021; contracts made before hold until 27 December 2022.
const repealed = { newContractsTo: "2021-09-27", to: "2022-12-28", verified: "known" } as const

/** The sets. The clauses of (EU) 2021/915 are for processors (GDPR 28(7)) and carry no transfer. */
export const standardClauses: ReadonlyArray<StandardClauses> = [
  { act: "2001/497/EC", from: "2001-09-03", ...repealed },
  { act: "2004/915/EC", from: "2005-04-01", ...repealed },
  { act: "2010/87/EU", from: "2010-05-15", ...repealed },
  { act: "(EU) 2021/914", from: "2021-06-27", verified: "known" },
]
