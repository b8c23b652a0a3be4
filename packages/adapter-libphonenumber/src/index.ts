/** Reads telephone numbers of all countries for the locators of the vault. */
export { layer, toE164 } from "./TelephoneNumbers.ts"
