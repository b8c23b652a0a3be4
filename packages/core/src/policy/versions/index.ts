/**
 * The published versions, as values: the statements of four texts, each with the rows that it stems from, and a short
 * policy to begin with. No decider names one of them.
 */
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import { dialogra } from "./dialogra.ts"
import { dialonce20160629 } from "./dialonce20160629.ts"
import { dialonce20190305 } from "./dialonce20190305.ts"
import { dialonce20210217 } from "./dialonce20210217.ts"

export { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 }
export { starter } from "./starter.ts"

/** All of them. */
export const published: ReadonlyArray<PrivacyPolicy> = [dialonce20160629, dialonce20190305, dialonce20210217, dialogra]
