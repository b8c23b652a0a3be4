/**
 * Personal data: its categories, its references in events, and the vault in which it is kept, sealed and
 * forgotten, with its ports.
 */
export * as AccessLog from "./AccessLog.ts"
export * as AssociatedData from "./AssociatedData.ts"
export * as Encryption from "./Encryption.ts"
export * as Ended from "./Ended.ts"
export * as ErasureLedger from "./ErasureLedger.ts"
export * as Identifiers from "./Identifiers.ts"
export * as Keyring from "./Keyring.ts"
export * as KeyStore from "./KeyStore.ts"
export * as KeyWrapping from "./KeyWrapping.ts"
export * as OpeningPolicy from "./OpeningPolicy.ts"
export * as PersonalDataCategory from "./PersonalDataCategory.ts"
export * as Sealed from "./Sealed.ts"
export * as Source from "./Source.ts"
export * as Subject from "./Subject.ts"
export * as Vault from "./Vault.ts"
export * as VaultError from "./VaultError.ts"
export * as VaultObservability from "./VaultObservability.ts"
export * as VaultStore from "./VaultStore.ts"
