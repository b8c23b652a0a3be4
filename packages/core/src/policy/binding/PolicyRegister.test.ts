import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import { holding } from "../laws.testing.ts"
import * as PolicyRegister from "./PolicyRegister.ts"
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 } from "../versions/index.ts"

const at = (date: string): DateTime.Utc => DateTime.makeUnsafe(`${date}T09:00:00Z`)
const minor = { significant: false, affectsUse: false }
const major = { significant: true, affectsUse: true }
const publish = (register: PolicyRegister.PolicyRegister, policy: PrivacyPolicy, date: string, change = minor) =>
  PolicyRegister.publish(register, policy, at(date), change)
const rule = (answer: ReturnType<typeof publish>) => (Result.isFailure(answer) ? answer.failure.rule : undefined)
const two = Result.getOrThrow(
  Result.flatMap(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05"), (register) =>
    publish(register, dialonce20210217, "2021-02-17", major),
  ),
)

describe("Publishing", () => {
  it("VERSION-DATE: takes a version with its date, and no two with one date and number or one id", () => {
    expect(rule(publish(two, dialonce20210217, "2021-03-01"))).toBe("VERSION-DATE")
    expect(rule(publish(two, { ...dialonce20210217, id: "dialonce/other" }, "2021-03-01"))).toBe("VERSION-DATE")
    expect(
      rule(publish(two, { ...dialonce20210217, id: "dialonce/other", version: "2" }, "2021-03-01")),
    ).toBeUndefined()
    const { publishedOn: _, ...undated } = dialonce20210217
    expect(rule(publish(PolicyRegister.empty, undated, "2021-03-01"))).toBe("VERSION-DATE")
    expect(rule(publish(two, { ...dialonce20210217, id: "dialonce/other", version: "2" }, "2020-03-01"))).toBe(
      "VERSION-DATE",
    )
  })
  it("CONTACT: takes a controller with an address and a contact for data protection", () => {
    expect(rule(publish(PolicyRegister.empty, dialonce20160629, "2016-06-29"))).toBe("CONTACT")
    expect(rule(publish(PolicyRegister.empty, dialogra, "2021-01-01"))).toBe("CONTACT")
    expect(rule(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05"))).toBeUndefined()
  })
  it("ARCHIVE: every version can be read as it was, whatever came after", () => {
    const before = JSON.stringify(dialonce20190305)
    expect(JSON.stringify(PolicyRegister.archived(two, "dialonce/2019-03-05"))).toBe(before)
    expect(PolicyRegister.archived(two, "dialonce/2016-06-29")).toBeUndefined()
  })
  it("INFO-AVAIL: at every moment the version in force can be shown", () => {
    expect(PolicyRegister.publishedAt(two, at("2020-01-01"))?.id).toBe("dialonce/2019-03-05")
    expect(PolicyRegister.publishedAt(two, at("2022-01-01"))?.id).toBe("dialonce/2021-02-17")
    expect(PolicyRegister.publishedAt(two, at("2018-01-01"))).toBeUndefined()
  })
})

describe("Notices", () => {
  const owed = (register: PolicyRegister.PolicyRegister) =>
    PolicyRegister.openNotices(register).map(({ rule: key }) => key)
  const notify = (visible: boolean, choices: ReadonlyArray<string>) =>
    Result.getOrThrow(
      PolicyRegister.notify(two, "dialonce/2021-02-17", { at: at("2021-02-18"), channel: "e-mail", visible, choices }),
    )
  it("NOTIFY, NOTIFY-MAJOR, CHOICES: the duties on a change are listed until they are done", () => {
    expect(owed(two)).toEqual(["NOTIFY", "NOTIFY-MAJOR", "CHOICES"])
    expect(owed(notify(false, []))).toEqual(["NOTIFY-MAJOR", "CHOICES"])
    expect(owed(notify(true, []))).toEqual(["CHOICES"])
    expect(owed(notify(true, ["object", "delete the account"]))).toEqual([])
  })
  it("NOTIFY: a change that is neither owes one notice; the first version none", () => {
    const small = Result.getOrThrow(
      Result.flatMap(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05"), (register) =>
        publish(register, dialonce20210217, "2021-02-17"),
      ),
    )
    expect(owed(small)).toEqual(["NOTIFY"])
    expect(owed(Result.getOrThrow(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05", major)))).toEqual([])
  })
  it("NOTIFY: of a version that was never published there is none", () => {
    const answer = PolicyRegister.notify(two, "dialonce/2016-06-29", {
      at: at("2021-02-18"),
      channel: "e-mail",
      visible: true,
      choices: [],
    })
    expect(Result.isFailure(answer) && answer.failure.rule).toBe("NOTIFY")
  })
})

describe("Registers of all kinds", () => {
  const day = (number: number) => DateTime.makeUnsafe(Date.UTC(2020, 0, 1) + number * 86_400_000)
  const aPublication = fc.record({
    id: fc.constantFrom("a", "b", "c", "d", "e"),
    dated: fc.constantFrom("2020-01-01", "2020-02-01", undefined),
    version: fc.constantFrom("1", "2"),
    address: fc.boolean(),
    email: fc.boolean(),
    pause: fc.integer({ min: -1, max: 3 }),
    significant: fc.boolean(),
    affectsUse: fc.boolean(),
  })
  type Publication = typeof aPublication extends fc.Arbitrary<infer A> ? A : never
  const policyOf = (text: PrivacyPolicy, { address, dated, email, id, version }: Publication): PrivacyPolicy => {
    const { contact: _, publishedOn: __, ...rest } = text
    return {
      ...rest,
      id,
      version,
      contact: {
        ...dialonce20190305.contact!,
        ...(address ? {} : { postalAddress: undefined }),
        ...(email ? {} : { email: undefined }),
      } as NonNullable<PrivacyPolicy["contact"]>,
      ...(dated === undefined ? {} : { publishedOn: dated }),
    }
  }
  /** Publishes each version that can be published, and records each attempt. */
  const attempts = (text: PrivacyPolicy, publications: ReadonlyArray<Publication>) => {
    let register = PolicyRegister.empty
    let now = 0
    return publications.map((publication) => {
      const before = register
      now += publication.pause
      const answer = PolicyRegister.publish(before, policyOf(text, publication), day(now), publication)
      register = Result.getOrElse(answer, () => before)
      return { publication, before, now, answer, after: register }
    })
  }
  for (const { id, text } of holding("VERSION-DATE")) {
    it.prop(
      `VERSION-DATE CONTACT under ${id}: a version is published if and only if it is dated, of its own and later, with a controller to reach`,
      // Planted and found: only the last version compared; the e-mail address alone asked for.
      [fc.array(aPublication, { maxLength: 8 })],
      (publications) => {
        for (const { answer, before, now, publication } of attempts(text, publications)) {
          const { address, dated, email, version } = publication
          const isReachable = address && email
          const isOwn = before.every(
            ({ at: then, policy }) =>
              policy.id !== publication.id &&
              !(policy.publishedOn === dated && policy.version === version) &&
              DateTime.isLessThanOrEqualTo(then, day(now)),
          )
          expect(rule(answer)).toBe(
            !isReachable ? "CONTACT" : dated === undefined || !isOwn ? "VERSION-DATE" : undefined,
          )
        }
      },
      { numRuns: 1000 },
    )
  }
  for (const { id, text } of holding("INFO-AVAIL")) {
    it.prop(
      `INFO-AVAIL ARCHIVE under ${id}: at every moment the latest version by then is shown, as it was published`,
      // Planted and found: `isLessThan`, by which a version is not shown in its first moment.
      [fc.array(aPublication, { maxLength: 8 }), fc.integer({ min: -2, max: 20 })],
      (publications, moment) => {
        const done = attempts(text, publications)
        const register = done.at(-1)?.after ?? PolicyRegister.empty
        const accepted = done.filter(({ answer }) => Result.isSuccess(answer))
        const expected = accepted.findLast(({ now }) => now <= moment)?.publication
        const shown = PolicyRegister.publishedAt(register, day(moment))
        expect(shown).toEqual(expected === undefined ? undefined : policyOf(text, expected))
        for (const { publication } of accepted) {
          expect(PolicyRegister.archived(register, publication.id)).toEqual(policyOf(text, publication))
        }
      },
      { numRuns: 1000 },
    )
  }
  const aNotice = fc.record({
    of: fc.nat(4),
    visible: fc.boolean(),
    choices: fc.subarray(["object", "delete the account"]),
  })
  for (const key of ["NOTIFY", "NOTIFY-MAJOR", "CHOICES"] as const) {
    for (const { id, text } of holding(key)) {
      it.prop(
        `${key} under ${id}: is owed on every change that calls for it, until a notice does it`,
        // Planted and found: a notice that is not visible taken for one; the first version owing one.
        [
          fc.array(fc.record({ significant: fc.boolean(), affectsUse: fc.boolean() }), { maxLength: 5 }),
          fc.array(aNotice, { maxLength: 6 }),
        ],
        (changes, notices) => {
          let register = changes.reduce(
            (before, change, index) =>
              Result.getOrThrow(
                PolicyRegister.publish(
                  before,
                  {
                    ...text,
                    contact: dialonce20190305.contact!,
                    id: `own/${index}`,
                    version: `${index}`,
                    publishedOn: "2020-01-01",
                  },
                  day(index),
                  change,
                ),
              ),
            PolicyRegister.empty,
          )
          for (const { choices, of, visible } of notices) {
            const answer = PolicyRegister.notify(register, `own/${of}`, {
              at: day(30),
              channel: "e-mail",
              visible,
              choices,
            })
            expect(Result.isSuccess(answer)).toBe(of < changes.length)
            register = Result.getOrElse(answer, () => register)
          }
          const open = PolicyRegister.openNotices(register).filter((one) => one.rule === key)
          const expected = changes.flatMap(({ affectsUse, significant }, index) => {
            const own = notices.filter(({ of }) => of === index)
            const asked = key === "NOTIFY" || (key === "CHOICES" ? affectsUse : significant)
            const given = own.some(({ choices, visible }) =>
              key === "NOTIFY" ? true : key === "CHOICES" ? choices.length > 0 : visible,
            )
            return index > 0 && asked && !given ? [`own/${index}`] : []
          })
          expect(open.map(({ policy }) => policy)).toEqual(expected)
        },
        { numRuns: 1000 },
      )
    }
  }
})
