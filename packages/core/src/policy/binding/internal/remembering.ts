/**
 * Caches a value derived from two others: resolutions repeat for as long as the same versions are in force, and every
 * step is a pure function of values that do not change.
 */
export const remembering = <One extends object, Other extends object, A>(
  derive: (one: One, other: Other) => A,
): ((one: One, other: Other) => A) => {
  const known = new WeakMap<One, WeakMap<Other, A>>()
  return (one, other) => {
    let own = known.get(one)
    if (own === undefined) {
      own = new WeakMap()
      known.set(one, own)
    }
    let found = own.get(other)
    if (found === undefined) {
      found = derive(one, other)
      own.set(other, found)
    }
    return found
  }
}
