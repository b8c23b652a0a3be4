/**
 * The outcome for an interaction of a person who was erased: it is deleted from the log, unless the policies under which it
 * was held let it stay, or as long as a law requires it to be kept.
 */
import type * as DateTime from "effect/DateTime"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { type Facts, legalGround } from "./ends.ts"
import type { State } from "./state.ts"

/**
 * Whether an interaction of an erased person is deleted (`purge`), stays (`keep`), or is kept by a law and deleted
 * afterwards (`held`). Every policy under which it was held has to let it stay: nothing loosens backwards.
 *
 * @rule R-ERASE, NOTLINKABLE
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import { PolicyBook } from "@tacet/core/policy"
 *
 * const policyAt = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion: "dialonce/2021-02-17" }])
 * const collection = DateTime.makeUnsafe("2026-01-01T10:00:00Z")
 * const outcome = RetentionPolicy.erasedInteraction(
 *   RetentionPolicy.initial,
 *   { category: "interfaceUsage", about: "interaction", events: { collection } },
 *   [policyAt(collection)!],
 *   collection,
 * )
 * outcome // => "purge"
 * ```
 */
export const erasedInteraction = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
  at: DateTime.Utc,
): "purge" | "keep" | "held" => {
  if (policies.every(({ parameters }) => parameters.erasedInteractions === "keep")) return "keep"
  return legalGround(state, facts, policies, at) === undefined ? "purge" : "held"
}
