/**
 * A short policy to begin with: it says how interactions begin, how long data are kept and for what they are used, and is
 * silent on everything else. There the strictest published version and the law decide. Copy it, put your own name and document in, and add what
 * your text says.
 */
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import { forAllRoles, quotingOwn } from "./internal/quote.ts"

const says = quotingOwn("starter")

export const starter: PrivacyPolicy = {
  id: "starter/1",
  operator: "Your company",
  version: "1",
  language: "en",
  publishedOn: "2024-01-01",
  effectiveFrom: "2024-01-01",
  country: "FR",
  timeZone: "Europe/Paris",
  parameters: {
    channels: says(["outgoingCall", "incomingCall", "web", "app", "sms", "qr"], "1"),
    interception: says(["inhibitOutgoingCall", "activateInterface"], "1"),
    recognition: says("on", "1"),
    retentionCap: says([{ after: "collection", within: "P12M" }], "2"),
    retentionPeriod: says("asNeeded", "2"),
    purposes: says(
      forAllRoles(["requestedService", "customerCare", "interfacePersonalisation", "serviceUsageAnalytics"]),
      "3",
    ),
    dataPurposes: says(
      {
        technicalData: ["requestedService", "customerCare", "interfacePersonalisation", "serviceUsageAnalytics"],
        callData: ["requestedService"],
      },
      "3",
    ),
  },
}
