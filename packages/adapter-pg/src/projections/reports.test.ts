import { Uuid } from "@tacet/core/eventsourcing"
import { makeTacet } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import { layer } from "../layer.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

describe("reports of one Customer", () => {
  // Planted and found: a projection that is not tried again where another has saved it since.
  it("are given to all that ask at once, in two processes, beside recordings and sweeps", async () => {
    const processes = [1, 2].map(() => makeTacet({ stores: layer(options), retention: "elsewhere" }))
    try {
      const customer = Uuid.derived("reports")
      const entryPoint = Uuid.derived("entry point")
      const at = "2026-03-02T09:00:00Z"
      await processes[0]!.declare(customer, [
        { _tag: "AdoptPolicyVersion", at, policyVersion: "starter/1" },
        { _tag: "ListEntryPoint", at, entryPoint },
      ])
      const trigger = { _tag: "contactRequest", channel: "web", entryPoint }
      const start = { _tag: "StartInteraction", at, trigger, interface: "web", linkable: true }
      const asOf = Date.parse(at) + 30 * 86_400_000
      for (let round = 1; round <= 5; round++) {
        await Promise.all(
          processes.flatMap((tacet) => [
            tacet.record({ customer, commands: [start] }),
            tacet.report(customer, { name: "example", asOf }),
            tacet.report(customer, { name: "example", asOf }),
            tacet.sweep(customer),
          ]),
        )
        const [one, other] = await Promise.all(
          processes.map((tacet) => tacet.report(customer, { name: "example", asOf })),
        )
        expect(one).toEqual(other)
        expect(JSON.stringify(one)).toContain(`"interactions":${2 * round}`)
      }
    } finally {
      await Promise.all(processes.map((tacet) => tacet.close()))
    }
  })
})
