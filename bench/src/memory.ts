/**
 * How much memory a value takes: heap and typed arrays together, after garbage collections.
 */

/** Collects garbage, so that only reachable memory is measured. */
export const collectGarbage = (): void => {
  if (globalThis.gc === undefined) throw new Error("Start Node with --expose-gc, as `npm start` does")
  globalThis.gc()
}

/** Megabytes in use. */
export const megabytesInUse = (): number => {
  // What one collection frees can make more garbage, and typed arrays go only after their objects have.
  for (let time = 0; time < 3; time++) collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}

/** How much more memory is in use while the result of a function is held. */
export const megabytesOf = (make: () => object): number => {
  // Once for what stays behind at the first call, such as compiled code.
  make()
  const before = megabytesInUse()
  const value = make()
  held.add(value)
  const after = megabytesInUse()
  held.delete(value)
  return after - before
}

/** What must not be collected before it is weighed. */
const held = new Set<object>()
