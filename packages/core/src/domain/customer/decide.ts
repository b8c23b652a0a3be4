/**
 * Decides on the commands of a Customer.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calendar from "../../calendar/Calendar.ts"
import * as PlainDate from "../../calendar/PlainDate.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Competence from "../../policy/binding/Competence.ts"
import * as PolicyBook from "../../policy/binding/PolicyBook.ts"
import * as TextDigest from "../../policy/binding/TextDigest.ts"
import * as Law from "../../policy/law/Law.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import * as Contract from "../Contract.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import type { Command } from "./commands.ts"
import { adoptFirst, type CommandOf, type Context, type Decision, policyOf } from "./commands.ts"
import { DocumentsDeclared, type Event, ScenarioPublished } from "./events.ts"
import { declareField } from "./fields.ts"
import { adoptionAt, type Listing, type Scenario, type State } from "./state.ts"

export const decide = (
  state: State,
  command: Command,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  if (
    state.isOwn &&
    (command._tag === "SignContract" || command._tag === "ListNumber" || command._tag === "ListEntryPoint")
  ) {
    return refuse(
      "ROLE",
      command,
      undefined,
      "the compartment of a Customer: this one is for the operator's own accounts",
    )
  }
  switch (command._tag) {
    case "SignContract":
      return signContract(state, command, context)
    case "EndContract": {
      const signed = state.contracts.find(({ contract }) => contract === command.contract)
      if (signed === undefined) return refuse("TACET-STARTED", command, "contract", "a contract that was signed")
      if (signed.to !== Number.POSITIVE_INFINITY) return nothing
      return instant > signed.from
        ? record({ _tag: "ContractEnded", occurredAt, contract: command.contract })
        : refuse("TACET-TIME", command, "at", "a moment after the contract was signed")
    }
    case "PublishStatistic":
      return publishStatistic(state, command, context)
    case "AdoptPolicyVersion":
      return adoptVersion(state, command, context)
    case "ListNumber": {
      const { number } = command
      return list(state.numbers.get(number), command, { _tag: "NumberListed", occurredAt, number })
    }
    case "UnlistNumber": {
      const { number } = command
      return unlist(state.numbers.get(number), command, { _tag: "NumberUnlisted", occurredAt, number })
    }
    case "ListEntryPoint": {
      const { entryPoint } = command
      return list(state.entryPoints.get(entryPoint), command, { _tag: "EntryPointListed", occurredAt, entryPoint })
    }
    case "UnlistEntryPoint": {
      const { entryPoint } = command
      return unlist(state.entryPoints.get(entryPoint), command, { _tag: "EntryPointUnlisted", occurredAt, entryPoint })
    }
    case "PublishScenario": {
      const { goals, journeys, scenario, steps } = command
      const declared = new Set(steps.map(({ step }) => step))
      if (declared.size !== steps.length) return refuse("RECORDED", command, "steps", "each step once")
      if (new Set(goals).size !== goals.length) return refuse("RECORDED", command, "goals", "each goal once")
      if (journeys.some((journey) => journey.length === 0 || journey.some((step) => !declared.has(step)))) {
        return refuse(
          "RECORDED",
          command,
          "journeys",
          "journeys of at least one step, made of the scenario's own steps",
        )
      }
      const published: Scenario = { _tag: "ScenarioPublished", occurredAt, scenario, steps, journeys, goals }
      const last = state.scenarios.get(scenario)?.at(-1)
      if (last === undefined) return record(published)
      const since = DateTime.toEpochMillis(last.occurredAt)
      if (instant >= since && sameContent(last, published)) return nothing
      return instant > since
        ? record(published)
        : refuse("TACET-TIME", command, "at", "a moment after the publication that it replaces")
    }
    case "DeclareInputField":
      return declareField(state, command, context)
    case "DeclareOwnAccounts":
      if (state.isOwn) return nothing
      return state.contracts.length + state.numbers.size + state.entryPoints.size > 0
        ? refuse(
            "ROLE",
            command,
            undefined,
            "a compartment of the operator's own, in which nothing of a Customer is declared",
          )
        : record({ _tag: "OwnAccountsDeclared", occurredAt })
    case "UseProduct": {
      const { product } = command
      const last = state.products.at(-1)
      if (last?.product === product) return nothing
      return last === undefined || instant > last.from
        ? record({ _tag: "ProductUsed", occurredAt, product })
        : refuse("TACET-TIME", command, "at", "a moment after the Customer began to use the product before")
    }
    case "DeclareDocuments":
      return declareDocuments(state, command, context)
    case "AcceptPolicy":
      return acceptPolicy(state, command)
  }
}

/** The Customer accepts the version that binds it at that moment, and no other (POLICY-BIND). */
const acceptPolicy = (state: State, command: CommandOf<"AcceptPolicy">): Decision => {
  const { at: occurredAt, manner, policyVersion } = command
  const bound = adoptionAt(state, occurredAt)
  if (bound?.policyVersion !== policyVersion) {
    return refuse("POLICY-BIND", command, "policyVersion", "the version that binds the Customer at that moment")
  }
  const known = state.acceptances.get(policyVersion)
  return known !== undefined && known.digest === bound.digest
    ? nothing
    : record({ _tag: "PolicyAccepted", occurredAt, policyVersion, digest: bound.digest, manner })
}

/** Documents that leave the operator unnamed need a reason that the policy accepts (MENTION). */
const declareDocuments = (state: State, command: CommandOf<"DeclareDocuments">, context: Context): Decision => {
  const { _tag: _, at: occurredAt, ...says } = command
  const policy = policyOf(state, context, occurredAt)
  if (policy === undefined) return refuse("POLICY-BIND", command, "at", adoptFirst)
  if (!says.namesOperator && Competence.mustNameOperator(policy, says)) {
    const accepted = "documents that name the operator, unless an exemption of the policy holds"
    return refuse("MENTION", command, "namesOperator", accepted)
  }
  const declared = { _tag: "DocumentsDeclared" as const, occurredAt, ...says }
  const last = state.documents
  if (last !== undefined && isSame({ ...last, occurredAt }, declared)) return nothing
  return last !== undefined && DateTime.isLessThan(occurredAt, last.occurredAt)
    ? refuse("TACET-TIME", command, "at", "a moment at or after the last declaration of the documents")
    : record(declared)
}

const isSame = Schema.toEquivalence(DocumentsDeclared)

const signContract = (state: State, command: CommandOf<"SignContract">, context: Context): Decision => {
  const { _tag: _, at: occurredAt, contract, ...terms } = command
  const instant = DateTime.toEpochMillis(occurredAt)
  const known = state.contracts.find((signed) => signed.contract === contract)
  if (known !== undefined) {
    return known.from === instant && Contract.sameTerms(known.terms, terms)
      ? nothing
      : refuse("TACET-ONCE", command, "contract", "a contract of its own for each signature")
  }
  const last = state.contracts.at(-1)
  const since = last === undefined ? undefined : last.to === Number.POSITIVE_INFINITY ? last.from + 1 : last.to
  if (since !== undefined && instant < since) {
    return refuse("TACET-TIME", command, "at", "a moment after the contract that it replaces")
  }
  const policy = policyOf(state, context, occurredAt)
  if (policy === undefined) return refuse("POLICY-BIND", command, "at", adoptFirst)
  const violation = Contract.violation(policy, terms)
  return violation === undefined
    ? record({ _tag: "ContractSigned", occurredAt, contract, ...terms })
    : refuse(violation.rule, command, violation.field, violation.accepted)
}

const publishStatistic = (state: State, command: CommandOf<"PublishStatistic">, context: Context): Decision => {
  const { at: occurredAt, digest, edition, from, statistic, through } = command
  const known = state.statistics.get(statistic)
  if (known !== undefined) {
    return known.digest === digest && known.from === from && known.through === through
      ? nothing
      : refuse("TACET-ONCE", command, "statistic", "a new id: a published statistic never changes")
  }
  const policy = policyOf(state, context, occurredAt)
  if (policy === undefined) return refuse("POLICY-BIND", command, "at", adoptFirst)
  if (!policy.parameters.nonPersonalUses.includes("giveToThirdParties")) {
    return refuse("AGG-3P", command, undefined, "a policy under which what identifies nobody is given to third parties")
  }
  const areDates = PlainDate.isPlainDate(from) && PlainDate.isPlainDate(through)
  return areDates &&
    from <= through &&
    DateTime.isLessThanOrEqualTo(Calendar.endOfDay(through, policy.timeZone), occurredAt)
    ? record({
        _tag: "StatisticPublished",
        occurredAt,
        statistic,
        from,
        through,
        digest,
        ...(edition === undefined ? {} : { edition }),
      })
    : refuse("TACET-WINDOW", command, "through", "days that are over, from the first to the last")
}

/**
 * A version is adopted with its text, and never one that states less than the law of that day. The text is pinned: another
 * one under the same id is refused.
 */
const adoptVersion = (state: State, command: CommandOf<"AdoptPolicyVersion">, { policies }: Context): Decision => {
  const { at: occurredAt, policyVersion } = command
  const instant = DateTime.toEpochMillis(occurredAt)
  const last = state.policyVersions.at(-1)
  if (last !== undefined && (instant < last.from || (instant === last.from && last.policyVersion !== policyVersion))) {
    return refuse("POLICY-BIND", command, "at", "a moment after the adoption of the version now in force")
  }
  const text = PolicyBook.text(policies, policyVersion)
  if (text === undefined) {
    return last?.policyVersion === policyVersion
      ? nothing
      : refuse("POLICY-BIND", command, "policyVersion", "a version whose text is known")
  }
  const digest = TextDigest.of(text)
  const pins = state.policyVersions.filter((adopted) => adopted.policyVersion === policyVersion)
  if (pins.some((adopted) => adopted.digest !== null && adopted.digest !== digest)) {
    return refuse("ARCHIVE", command, "policyVersion", "another id for a text that differs from the adopted one")
  }
  if (last?.policyVersion === policyVersion) return nothing
  const configured = Law.configure(text, occurredAt, policies.legal)
  if (Result.isSuccess(configured)) {
    return record({ _tag: "PolicyVersionAdopted", occurredAt, policyVersion, digest })
  }
  const { violations } = configured.failure
  const accepted = violations.map((one) => `${one.parameter} (${one.articles.join(", ")}): ${one.accepted}`)
  return refuse(
    (violations[0]?.rules[0] ?? "LAW") as RuleKey,
    command,
    "policyVersion",
    `a version that keeps to the law of that day: ${accepted.join("; ")}`,
  )
}

const sameContent = Schema.toEquivalence(
  Schema.Struct({
    steps: ScenarioPublished.fields.steps,
    journeys: ScenarioPublished.fields.journeys,
    goals: ScenarioPublished.fields.goals,
  }),
)

/** Adds nothing where it is listed at that moment and ever since. */
const list = (
  listings: ReadonlyArray<Listing> | undefined,
  command: Command,
  event: Event,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const instant = DateTime.toEpochMillis(command.at)
  const last = listings?.at(-1)
  if (last === undefined) return record(event)
  if (last.to === Number.POSITIVE_INFINITY) {
    return instant >= last.from ? nothing : refuse("LISTED", command, "at", "a moment at or after it was listed")
  }
  return instant >= last.to ? record(event) : refuse("LISTED", command, "at", "a moment at or after it was unlisted")
}

/** Adds nothing where it is not listed at that moment nor ever since. */
const unlist = (
  listings: ReadonlyArray<Listing> | undefined,
  command: Command,
  event: Event,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const instant = DateTime.toEpochMillis(command.at)
  const last = listings?.at(-1)
  if (last === undefined) return nothing
  if (last.to === Number.POSITIVE_INFINITY) {
    return instant > last.from ? record(event) : refuse("LISTED", command, "at", "a moment after it was listed")
  }
  return instant >= last.to ? nothing : refuse("LISTED", command, "at", "a moment at or after it was unlisted")
}
