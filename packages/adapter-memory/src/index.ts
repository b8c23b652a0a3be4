/**
 * The in-memory adapter: the reference model of the ports, for tests and demos. Simple above all, yet each operation
 * costs time only for the data that it touches: it handles a million events.
 */
export { layer, layerWith } from "./layer.ts"
export * as VaultMemory from "./VaultMemory.ts"
