/**
 * The subjects by the names under which they are printed.
 */
export const subjects = {
  stringKey: "loop, key grown step by step",
  stringKeyJoined: "loop, steps joined at the end",
  mapTree: "tree by hand, a Map per node",
  projection: "projection (JourneyTree)",
} as const
