/**
 * How a command of a pseudonym is recorded: decided once without writing, prepared in the vault, then decided and
 * appended.
 */
import * as Effect from "effect/Effect"
import * as Contract from "../../domain/Contract.ts"
import * as Customer from "../../domain/Customer.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { Kept, Vault } from "../../privacy/Vault.ts"
import * as Declarations from "../internal/Declarations.ts"
import * as Decisions from "../internal/Decisions.ts"

/** A pseudonym of a Customer. */
export interface PseudonymRef {
  readonly customer: CustomerId
  readonly pseudonym: Pseudonym.PseudonymId
}

/** The ports of the operations on pseudonyms. */
export interface Ports {
  readonly vault: Vault["Service"]
  readonly decisions: Decisions.Decisions
}

/** A pseudonym's values, links and locators are kept in the vault under the same id. */
export const subjectOf = (pseudonym: Pseudonym.PseudonymId): SubjectId => pseudonym as Uuid as SubjectId

/** All values that the vault keeps under a subject, none of them opened. */
export const allKept = Effect.fnUntraced(function* (vault: Vault["Service"], customer: CustomerId, subject: SubjectId) {
  const all: Array<Kept> = []
  for (;;) {
    const after = all.at(-1)?.reference
    const page = yield* vault.valuesOf(customer, subject, { limit: 500, ...(after === undefined ? {} : { after }) })
    if (page.length === 0) return all
    all.push(...page)
  }
})

/** The state of a pseudonym. */
export const stateOf = ({ load }: Decisions.Decisions, { customer, pseudonym }: PseudonymRef) =>
  Effect.map(load(Pseudonym.aggregate, customer, pseudonym), ({ state }) => state)

/** The facts on which a decision about a pseudonym rests. */
export const contextOf = Effect.fnUntraced(function* (
  decisions: Decisions.Decisions,
  customer: CustomerId,
  declared: Declarations.Declared,
  command: Pseudonym.Command,
) {
  const policy = yield* Declarations.bound(declared, command._tag, command.at)
  const other =
    command._tag === "LinkPseudonym" ? yield* stateOf(decisions, { customer, pseudonym: command.other }) : undefined
  const context: Pseudonym.Context = {
    policy,
    role: Customer.roleIn(declared.state, policy),
    digest: Customer.adoptionAt(declared.state, command.at)?.digest ?? null,
    recognitionInstructed: Contract.termsAt(declared.state, policy, command.at)?.recognition === true,
    linkable: () => other?.phase === "live" || other?.phase === "restricted",
  }
  return context
})

/**
 * Records a command. A refusal comes before `prepare`, which writes to the vault and returns the command with the
 * written references; it runs again where the Customer has declared more meanwhile.
 */
export const record = <E>(
  decisions: Decisions.Decisions,
  { customer, pseudonym }: PseudonymRef,
  command: Pseudonym.Command,
  prepare: (declared: Declarations.Declared) => Effect.Effect<Pseudonym.Command, E>,
  facts: Pick<Pseudonym.Context, "keeps"> = {},
) =>
  Effect.map(
    decisions.decide(Pseudonym.aggregate, { customer, id: pseudonym }, (declared, state) =>
      Effect.gen(function* () {
        const context = { ...(yield* contextOf(decisions, customer, declared, command)), ...facts }
        yield* Decisions.foresee(Pseudonym.aggregate, state, { command, context })
        return { command: yield* prepare(declared), context }
      }),
    ),
    ({ events }) => events,
  )
