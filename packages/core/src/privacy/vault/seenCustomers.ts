/**
 * The Customers of whom something was seen to hold, so that it is not looked for each time.
 */
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"

/** Of how many Customers it is remembered; of others it is seen to again. */
const remembered = 100_000

/** No Customer yet. */
export const seenCustomers = (): Pick<Set<CustomerId>, "has"> & { readonly add: (customer: CustomerId) => void } => {
  const seen = new Set<CustomerId>()
  return {
    has: (customer) => seen.has(customer),
    add: (customer) => {
      if (seen.size >= remembered) seen.clear()
      seen.add(customer)
    },
  }
}
