/** How many positions are accounted for together when they are purged. A released number: it stands in tables. */
export const blockSize = 1024
