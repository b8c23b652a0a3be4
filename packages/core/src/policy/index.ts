/**
 * Rules: the keys by which they are named.
 */
export * as RuleKey from "./RuleKey.ts"
