/** What the rule table may still lack. Both lists only shrink: `check:rules` refuses an entry that is no longer needed. */

/** Keys without a test that names them. */
export const owed: ReadonlyArray<string> = []

/** Enforced keys that no property of enough runs names under each published version that holds them. */
export const thin: ReadonlyArray<string> = []
