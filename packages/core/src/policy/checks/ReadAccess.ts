/**
 * Who may read personal or pseudonymised data: a member of the operator's staff with an authorised role and a mission
 * that needs it (AUTHZ, NEED). A Customer and a partner get data delivered and read no store (NO-ACCESS-PUB), and what
 * they collect on their own is closed to the operator (OPERATOR-NOACCESS).
 */
import * as Result from "effect/Result"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import type { PolicyRuleKey } from "../text/RuleKey.ts"

/** Who reads. */
export type Reader =
  | {
      readonly _tag: "staff"
      /** The roles that the reader holds at that time, of those that are authorised to read. */
      readonly authorisedRoles: ReadonlyArray<string>
      /** The mission for which it is read, as recorded before. */
      readonly mission?: string
    }
  | { readonly _tag: "customer" }
  | { readonly _tag: "partner" }

/** The data read: the operator's to handle, or collected by a Customer, a partner or a third party on its own. */
export type Data = "heldByOperator" | "collectedByCustomer" | "collectedByPartner" | "collectedByThirdParty"

/**
 * Whether a reader may read. Who refuses also records the attempt.
 */
export const check = ({ parameters }: EffectivePolicy, reader: Reader, data: Data): Result.Result<void, Refusal> => {
  if (reader._tag !== "staff") {
    if (data === (reader._tag === "customer" ? "collectedByCustomer" : "collectedByPartner")) return Result.void
    return parameters.directAccess.includes(reader._tag)
      ? Result.void
      : refuse("NO-ACCESS-PUB", "reader", "data delivered by an authorised transfer")
  }
  if (data !== "heldByOperator" && parameters.customerCollectedData === "noAccess") {
    return refuse("OPERATOR-NOACCESS", "data", "data that the operator collected or was given")
  }
  if (parameters.staffAccess.includes("authorisedRole") && reader.authorisedRoles.length === 0) {
    return refuse("AUTHZ", "authorisedRoles", "a reader with an authorised role at that time")
  }
  return parameters.staffAccess.includes("recordedMission") && (reader.mission ?? "").trim() === ""
    ? refuse("NEED", "mission", "a mission that needs the reading, recorded before it")
    : Result.void
}

const refuse = (rule: PolicyRuleKey, field: string, accepted: string): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: "ReadPersonalData", field, accepted }))
