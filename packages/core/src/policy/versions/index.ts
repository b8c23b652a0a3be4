/**
 * The published versions, as values: what four texts say, each statement with the rows that it stems from. None of the
 * deciders names one of them.
 */
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import { dialogra } from "./dialogra.ts"
import { dialonce20160629 } from "./dialonce20160629.ts"
import { dialonce20190305 } from "./dialonce20190305.ts"
import { dialonce20210217 } from "./dialonce20210217.ts"

export { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 }

/** All of them. */
export const published: ReadonlyArray<PrivacyPolicy> = [dialonce20160629, dialonce20190305, dialonce20210217, dialogra]
