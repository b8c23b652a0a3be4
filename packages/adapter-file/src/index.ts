/**
 * A key store for small installations: each Customer's keys in a file that only its owner can read, apart from the vault
 * whose data keys they wrap. Where there is a key management service, use that instead.
 */
export { type Options, keyMaterial, layer } from "./FileKeyStore.ts"
