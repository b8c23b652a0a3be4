/**
 * The subjects by the names under which they are printed.
 */
export const subjects = {
  countingOnly: "lower limit: no limits, no outcomes",
  stringKey: "by hand, key grown step by step",
  stringKeyJoined: "by hand, steps joined at the end",
  mapTree: "by hand, tree with a Map per node",
  projection: "projection (JourneyTree)",
} as const
