/**
 * Whether an operation is one of those that a version lists for the role (PROCESSINGS).
 */
import * as Result from "effect/Result"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import type { Operation, Role } from "../text/parameters/processing.ts"

/**
 * Whether personal data may be handled so in a role. Erasing is always open: a right that no list can close.
 */
export const check = (
  { parameters }: EffectivePolicy,
  role: Role,
  operation: Operation,
): Result.Result<void, Refusal> =>
  operation === "erase" || parameters.operations[role].includes(operation)
    ? Result.void
    : Result.fail(
        new Refusal({
          rule: "PROCESSINGS",
          command: "ProcessPersonalData",
          field: "operation",
          accepted: `of these: ${parameters.operations[role].join(", ")}`,
        }),
      )
