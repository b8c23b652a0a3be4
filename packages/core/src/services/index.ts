/**
 * Services: what an application calls.
 */
export * as Contacts from "./Contacts.ts"
