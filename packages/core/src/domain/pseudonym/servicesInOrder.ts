/**
 * The services in the order in which they are offered: to a recognised device the one used most often first, ties by id
 * in code-point order; to any other the default order (MOSTUSED).
 *
 * @rule MOSTUSED
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * const order = Pseudonym.servicesInOrder(["bill", "move"], new Map([["move", 3]]), true) // => ["move", "bill"]
 * ```
 */
export const servicesInOrder = (
  defaultOrder: ReadonlyArray<string>,
  used: ReadonlyMap<string, number>,
  recognised: boolean,
): ReadonlyArray<string> => {
  if (!recognised) return defaultOrder
  const times = (service: string): number => used.get(service) ?? 0
  return defaultOrder.toSorted(
    (one, other) =>
      times(other) - times(one) ||
      // Unused services keep the Customer's own order.
      (times(one) === 0 ? defaultOrder.indexOf(one) - defaultOrder.indexOf(other) : one < other ? -1 : 1),
  )
}
