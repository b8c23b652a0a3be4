/**
 * The versions that an operator has published, with the notices given of each: an archive that loses nothing (ARCHIVE),
 * in which no two versions bear one date and number (VERSION-DATE), and which lists the notices still owed to the users
 * on a change (NOTIFY, NOTIFY-MAJOR, CHOICES). The register is a value: publishing returns a new one.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { PolicyId, PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import type { PolicyRuleKey } from "../text/RuleKey.ts"

/** A notice of a change. `visible` is more than the text on the page: an e-mail, a message in the product. */
export interface Notice {
  readonly at: DateTime.Utc
  readonly channel: string
  readonly visible: boolean
  /** The choices that it lists. */
  readonly choices: ReadonlyArray<string>
}

/** The changes of a new version. */
export interface Change {
  readonly significant: boolean
  /** Whether it affects how personal data are used. */
  readonly affectsUse: boolean
}

/** A published version. */
export interface Published {
  readonly policy: PrivacyPolicy
  readonly at: DateTime.Utc
  readonly change: Change
  readonly notices: ReadonlyArray<Notice>
}

/** The register of one operator, in the order of publication. */
export type PolicyRegister = ReadonlyArray<Published>

/** The register before the first publication. */
export const empty: PolicyRegister = []

/**
 * Publishes a version. Refused: a date and number that another version bears, an id that was used, a version without a
 * controller to reach, and one that promises to name its laws and names none.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 * import { PolicyRegister, Versions } from "@tacet/core/policy"
 *
 * const register = PolicyRegister.publish(
 *   PolicyRegister.empty,
 *   Versions.dialonce20210217,
 *   DateTime.makeUnsafe("2021-02-17T09:00:00Z"),
 *   { significant: true, affectsUse: true },
 * )
 * Result.getOrThrow(register).length // => 1
 * ```
 */
export const publish = (
  register: PolicyRegister,
  policy: PrivacyPolicy,
  at: DateTime.Utc,
  change: Change,
): Result.Result<PolicyRegister, Refusal> => {
  const { contact } = policy
  if (contact?.postalAddress === undefined || contact.email === undefined) {
    return refuse("CONTACT", "contact", "a controller with postal address and address for data protection")
  }
  const { applicableLaws, publication } = policy.parameters
  const namesLaws = applicableLaws !== undefined && applicableLaws.value.length > 0
  if (publication?.value.includes("applicableLaws") === true && !namesLaws) {
    return refuse("LAW", "parameters.applicableLaws", "the laws that the version names as binding it")
  }
  if (policy.publishedOn === undefined) return refuse("VERSION-DATE", "publishedOn", "a version with its date")
  const same = register.some(
    (other) =>
      other.policy.id === policy.id ||
      (other.policy.publishedOn === policy.publishedOn && other.policy.version === policy.version),
  )
  if (same) return refuse("VERSION-DATE", "version", "an id, and a date and number, that no other version bears")
  const last = register.at(-1)
  if (last !== undefined && DateTime.isLessThan(at, last.at)) {
    return refuse("VERSION-DATE", "at", "a moment at or after the last publication")
  }
  return Result.succeed([...register, { policy, at, change, notices: [] }])
}

/**
 * Records a notice of a version. Refused for a version that was not published.
 */
export const notify = (
  register: PolicyRegister,
  id: PolicyId,
  notice: Notice,
): Result.Result<PolicyRegister, Refusal> =>
  register.some((published) => published.policy.id === id)
    ? Result.succeed(
        register.map((published) =>
          published.policy.id === id ? { ...published, notices: [...published.notices, notice] } : published,
        ),
      )
    : refuse("NOTIFY", "id", "a version that was published")

/** A notice still owed to the users on a published version. */
export interface OpenNotice {
  readonly policy: PolicyId
  readonly rule: PolicyRuleKey
  readonly owed: string
}

/**
 * The notices that are still owed. A first version changes nothing, so it owes none.
 */
export const openNotices = (register: PolicyRegister): ReadonlyArray<OpenNotice> =>
  register.slice(1).flatMap(({ change, notices, policy }) => {
    const owed: Array<OpenNotice> = []
    if (notices.length === 0) owed.push({ policy: policy.id, rule: "NOTIFY", owed: "a notice by at least one channel" })
    if (change.significant && !notices.some(({ visible }) => visible)) {
      owed.push({ policy: policy.id, rule: "NOTIFY-MAJOR", owed: "a more visible notice, such as an e-mail" })
    }
    if (change.affectsUse && !notices.some(({ choices }) => choices.length > 0)) {
      owed.push({ policy: policy.id, rule: "CHOICES", owed: "a notice that lists the choices" })
    }
    return owed
  })

/**
 * A version as it was published, whatever came after it; `undefined` for one that never was.
 *
 * @rule ARCHIVE
 */
export const archived = (register: PolicyRegister, id: PolicyId): PrivacyPolicy | undefined =>
  register.find(({ policy }) => policy.id === id)?.policy

/**
 * The version that is published at a moment: practices that can be read at any time (INFO-AVAIL).
 *
 * @rule INFO-AVAIL
 */
export const publishedAt = (register: PolicyRegister, at: DateTime.Utc): PrivacyPolicy | undefined =>
  register.findLast((published) => DateTime.isLessThanOrEqualTo(published.at, at))?.policy

const refuse = (rule: PolicyRuleKey, field: string, accepted: string): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: "PublishPolicy", field, accepted }))
