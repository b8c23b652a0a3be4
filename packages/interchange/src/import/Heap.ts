/**
 * A binary heap: gives access to its first element by a given order.
 */

export interface Heap<A> {
  readonly size: number
  readonly push: (item: A) => void
  readonly peek: () => A | undefined
  readonly pop: () => A | undefined
}

/** An empty heap; `compare` is negative where the first comes before the second. */
export const make = <A>(compare: (one: A, other: A) => number): Heap<A> => {
  const items: Array<A> = []
  const isBefore = (one: number, other: number): boolean => compare(items[one] as A, items[other] as A) < 0
  const swap = (one: number, other: number): void => {
    const kept = items[one] as A
    items[one] = items[other] as A
    items[other] = kept
  }
  const rise = (place: number): void => {
    for (let at = place; at > 0;) {
      const parent = (at - 1) >> 1
      if (!isBefore(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }
  const sink = (): void => {
    for (let at = 0; ;) {
      const left = 2 * at + 1
      const right = left + 1
      let first = at
      if (left < items.length && isBefore(left, first)) first = left
      if (right < items.length && isBefore(right, first)) first = right
      if (first === at) return
      swap(at, first)
      at = first
    }
  }
  return {
    get size() {
      return items.length
    },
    peek: () => items[0],
    push: (item) => {
      items.push(item)
      rise(items.length - 1)
    },
    pop: () => {
      const first = items[0]
      const last = items.pop()
      if (items.length > 0 && last !== undefined) {
        items[0] = last
        sink()
      }
      return first
    },
  }
}
