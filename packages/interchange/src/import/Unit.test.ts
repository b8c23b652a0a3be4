import { describe, expect, it } from "@tacet/vitest"
import { abandonedCall, callFact, minute, morning } from "./importing.testing.ts"
import { callOfLegs } from "./Unit.ts"

const menu = { ...callFact(morning, { human: false, talkSeconds: 40, disposition: "automated", asksForPerson: false }) }

describe("the call that legs make", () => {
  it("is one call from the first leg to the last, with the talk of the leg that reached a person", () => {
    const agent = callFact(morning + minute, { talkSeconds: 200, endedAt: morning + 5 * minute })
    const transfer = callFact(morning + 5 * minute, { talkSeconds: 30, endedAt: morning + 6 * minute })
    expect(callOfLegs([menu, agent, transfer])).toMatchObject({
      placedAt: morning,
      answeredAt: morning + 10_000,
      endedAt: morning + 6 * minute,
      talkSeconds: 200,
      human: true,
      disposition: "answered",
      asksForPerson: true,
      legs: 3,
    })
  })

  it("reached a person where one leg proves it, whatever else answered", () => {
    const unknown = callFact(morning, { human: "unknown", talkSeconds: 500 })
    expect(callOfLegs([unknown, callFact(morning)])).toMatchObject({ human: true, talkSeconds: 60 })
    expect(callOfLegs([unknown, menu])).toMatchObject({ human: "unknown", talkSeconds: 500 })
    expect(callOfLegs([menu, abandonedCall(morning)])).toMatchObject({ human: false, talkSeconds: 40 })
  })

  it("reached no person where the leg without evidence was not answered", () => {
    expect(callOfLegs([{ ...abandonedCall(morning), human: "unknown" }])).toMatchObject({ human: false })
  })

  it("failed for the most telling reason, in whichever order the legs come", () => {
    const ringing = { ...abandonedCall(morning), disposition: "noAnswer" as const }
    for (const legs of [
      [menu, ringing, abandonedCall(morning)],
      [abandonedCall(morning), ringing, menu],
    ]) {
      expect(callOfLegs(legs)).toMatchObject({ disposition: "queueAbandoned", asksForPerson: true })
    }
  })

  it("asks for no person where no leg does", () => {
    expect(callOfLegs([menu])).toMatchObject({ asksForPerson: false, disposition: "automated" })
    expect(callOfLegs([])).toBeUndefined()
  })
})
