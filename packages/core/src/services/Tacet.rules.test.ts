/**
 * The rules on input from outside, through the promises: under each version that holds them a command is refused whole for its
 * one fault, no part of it is repeated or recorded, and it is recorded without the fault.
 */
import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import { makeTacet } from "./Tacet.ts"
import { listing, triggerUnder } from "./versions.testing.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11"
const listed = Uuid.derived("listed")

/** Records one step of an interaction that a person has begun under a version, in its time. */
const taken = async (version: Version, step: object) => {
  await using tacet = makeTacet({ stores: layer, retention: "elsewhere" })
  const at = DateTime.formatIso(version.policy.at)
  await tacet.declare(customer, listing(version, listed))
  const { outcomes } = await tacet.record({
    customer,
    commands: [
      { _tag: "StartInteraction", at, trigger: triggerUnder(version, listed), interface: "web", linkable: false },
      { _tag: "TakeStep", at, kind: "thirdPartyPage", step: "shop/basket", ...step },
    ],
  })
  const { interactions } = await tacet.report(customer)
  return { outcomes, started: interactions.started }
}

const secret = "jane.doe@example.com"

const faults: Partial<Record<PolicyRuleKey, object>> = {
  "NO-IDENTIFY": { step: `shop/${secret}` },
  "NO-AUTOSEND": { step: `https://example.com/shop?mail=${secret}` },
  "OPEN-ONLY": { content: secret },
  "GEO-HOST": { hostApp: { latitude: secret } },
}

// Planted and found: a reader of commands that leaves out the fields it does not know; one that reads no text of a name.
describe("a step from outside", () => {
  for (const [key, fault] of Object.entries(faults)) {
    for (const version of holding(key as PolicyRuleKey)) {
      it(`${key} under ${version.id} is asked by Tacet.record`, async () => {
        const refused = await taken(version, fault)
        expect(refused.outcomes[1]).toMatchObject({ _tag: "Refusal", rule: key, command: "TakeStep" })
        expect(JSON.stringify(refused)).not.toContain(secret)
        const kept = await taken(version, {})
        expect([kept.outcomes, kept.started]).toEqual([[["InteractionStarted"], ["StepTaken"]], 1])
      })
    }
  }
})
