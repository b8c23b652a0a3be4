/** How many positions are accounted for together when they are purged. A released number: it is stored in tables. */
export const blockSize = 1024
