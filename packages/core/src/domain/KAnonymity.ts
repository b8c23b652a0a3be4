/**
 * k-anonymity: groups of fewer than k persons are merged into one, so that no published figure describes a group that is
 * too small. Counters of purged days and public statistics merge by this one rule.
 */

/** A group of persons, such as those who took one journey. */
export interface Group {
  readonly persons: number
}

/** How many persons groups hold together. */
export const personsIn = (groups: ReadonlyArray<Group>): number => groups.reduce((sum, { persons }) => sum + persons, 0)

/**
 * Splits groups into those that are published by themselves and those that are merged. The smallest of the large groups
 * join the merged ones until these are k persons together, or no group is left: a single small group, or several that
 * are few persons together, would be known to anyone who knows the others. So two groups at least are merged, or none.
 *
 * The groups are given largest first; their order decides which of equal groups is merged.
 */
export const mergeSmall = <A extends Group>(
  largestFirst: ReadonlyArray<A>,
  k: number,
): { readonly kept: ReadonlyArray<A>; readonly merged: ReadonlyArray<A> } => {
  let kept = largestFirst.filter(({ persons }) => persons >= k).length
  if (kept < largestFirst.length) while (kept > 0 && personsIn(largestFirst.slice(kept)) < k) kept--
  return { kept: largestFirst.slice(0, kept), merged: largestFirst.slice(kept) }
}
