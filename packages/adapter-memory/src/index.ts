/**
 * The in-memory adapter: the reference model of the ports, for tests and demos. Simple before all else, yet every
 * operation costs what it touches: a million events are no trouble.
 */
export { layer, layerWith } from "./layer.ts"
export * as VaultMemory from "./VaultMemory.ts"
