/**
 * Collects personal values in interactions: what a person enters, what they answer, what the terminal sends. Each value
 * is sealed in the vault before the event that names it, and destroyed there as soon as the person changes or deletes
 * it (FREETEXT-LIFE). A refusal leaves nothing in either.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Customer from "../domain/Customer.ts"
import type { FieldId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { ErasureCause } from "../privacy/Subject.ts"
import { type SealError, Vault } from "../privacy/Vault.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"
import type { Declared } from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { millisOrNow, momentOrNow } from "./internal/Moments.ts"
import * as PersonEnds from "./internal/PersonEnds.ts"
import * as Recorder from "./internal/Recorder.ts"
import * as RetentionEnds from "./internal/RetentionEnds.ts"
import { subjectOf } from "./pseudonyms/recording.ts"

/** The errors of every operation besides refusals: the log or the vault is unavailable or damaged. */
export type CollectionError = Decisions.DecisionError | VaultUnavailable

/** An interaction in which values are collected. */
export interface InInteraction extends Recorder.Switches {
  readonly customer: CustomerId
  readonly interaction: Uuid.Uuid
  /** When it happened. Default: now. */
  readonly at?: EpochMillis
  /**
   * Repeating the same id has no further effect, and completes a call that a crash stopped. Draw it at random; draw
   * another after a refusal. Default: a new one.
   */
  readonly commitId?: Uuid.Uuid
}

/** The person whose values are collected in an interaction, and the purposes. */
export interface OfPerson extends InInteraction {
  /** The pseudonym under which the value is sealed, and with which it is erased. */
  readonly pseudonym: Pseudonym.PseudonymId
  /** The purposes declared for it (MINIMISE). */
  readonly purposes: ReadonlyArray<Purpose>
}

/** What a person enters in a field that the Customer has declared, or answers in a survey. */
export interface Entered extends OfPerson {
  readonly field: FieldId
  readonly value: string
}

/** What the terminal sends by itself. */
export interface TerminalValues extends OfPerson {
  readonly values: ReadonlyArray<{ readonly category: PersonalDataCategory; readonly value: string }>
}

/** The service. */
export class Collection extends Context.Service<
  Collection,
  {
    /**
     * Seals what a person enters in a field, and records it (`InputEntered`, `InputChanged`). The value that it replaces
     * cannot be read any more.
     */
    readonly enter: (entered: Entered) => Effect.Effect<Sealed<string>, Refusal | SealError | CollectionError>
    /** Destroys what a person entered in a field, and records that they deleted it (`InputDeleted`). */
    readonly remove: (
      field: InInteraction & { readonly field: FieldId },
    ) => Effect.Effect<void, Refusal | CollectionError>
    /** Seals an answer in a survey, and records it (`SurveyAnswered`). */
    readonly answer: (entered: Entered) => Effect.Effect<Sealed<string>, Refusal | SealError | CollectionError>
    /**
     * Seals what the terminal sends, and records all of it or, where one value is refused, nothing
     * (`TerminalObserved`).
     */
    readonly observeTerminal: (
      observed: TerminalValues,
    ) => Effect.Effect<ReadonlyArray<Sealed<string>>, Refusal | SealError | CollectionError>
  }
>()("@tacet/core/services/Collection") {}

/** The service over the vault and the event store in force. */
export const layer: Layer.Layer<Collection, never, Vault | EventStore> = Layer.effect(
  Collection,
  Effect.gen(function* () {
    const ports: Ports = { vault: yield* Vault, store: yield* EventStore, recorder: yield* Recorder.make }
    return Collection.of({
      enter: Effect.fn("Collection.enter")((entered: Entered) =>
        collectField(ports, entered, "EnterInput", (at, value) => ({
          _tag: "EnterInput",
          at,
          field: entered.field,
          value,
        })),
      ),
      remove: remove(ports),
      answer: Effect.fn("Collection.answer")((entered: Entered) =>
        collectField(ports, entered, "AnswerSurvey", (at, answer) => ({
          _tag: "AnswerSurvey",
          at,
          field: entered.field,
          answer,
        })),
      ),
      observeTerminal: Effect.fn("Collection.observeTerminal")((observed: TerminalValues) =>
        collect(
          ports,
          observed,
          "ObserveTerminal",
          () => observed.values,
          (at, values) => ({ _tag: "ObserveTerminal", at, values }),
        ),
      ),
    })
  }),
)

interface Ports {
  readonly vault: Vault["Service"]
  readonly store: EventStore["Service"]
  readonly recorder: Recorder.Recorder
}

type Value = TerminalValues["values"][number]

const collectField = (
  ports: Ports,
  entered: Entered,
  tag: Interaction.Command["_tag"],
  command: (at: DateTime.Utc, value: Sealed<string>) => Interaction.Command,
): Effect.Effect<Sealed<string>, Refusal | SealError | CollectionError> =>
  Effect.map(
    collect(
      ports,
      entered,
      tag,
      // The command of an undeclared field is refused before the value is sealed, whatever its category.
      (customer, at) => [
        { category: Customer.fieldAt(customer, entered.field, at)?.category ?? "freeText", value: entered.value },
      ],
      (at, [value]) => command(at, value!),
    ),
    ([value]) => value!,
  )

/**
 * Seals values and records the command that names them. A refusal comes before any value is sealed; a value that no
 * event names in the end is destroyed, unless the outcome of the append is unknown.
 */
const collect = Effect.fnUntraced(function* (
  { recorder, store, vault }: Ports,
  collected: OfPerson,
  tag: Interaction.Command["_tag"],
  valuesOf: (customer: Customer.State, at: DateTime.Utc) => ReadonlyArray<Value>,
  command: (at: DateTime.Utc, values: ReadonlyArray<Sealed<string>>) => Interaction.Command,
) {
  const { customer, interaction, pseudonym, purposes } = collected
  const collectedAt = yield* millisOrNow(tag, collected.at)
  const at = DateTime.makeUnsafe(collectedAt)
  const { decisions } = recorder
  const commitId = collected.commitId ?? (yield* Uuid.next)
  const referenceOf = (index: number) => Uuid.derived("collected", commitId, `${index}`)
  const sealed: Array<Sealed<string>> = []
  const seal = Effect.fnUntraced(function* (declared: Declared, { category, value }: Value, index: number) {
    const subject = subjectOf(pseudonym)
    const ends = yield* PersonEnds.of(decisions, customer, subject)
    const datum = { category, collectedAt, at: collectedAt, purposes, ends }
    const retentionEnd = yield* RetentionEnds.usualEnd(decisions, customer, declared, datum)
    const reference = referenceOf(index)
    const row = { customer, subject, category, value, purposes, collectedAt, retentionEnd, reference, interaction }
    sealed.push(yield* vault.seal(row))
  })
  const answered = yield* Effect.result(
    decide(recorder, { ...collected, commitId }, { _tag: tag, at }, (declared, foresee) =>
      Effect.gen(function* () {
        const values = valuesOf(declared.state, at)
        if (sealed.length === 0) {
          const proposed = values.map(({ category }, index) => ({ reference: referenceOf(index), category }))
          const refused = yield* foresee(command(at, proposed))
          if (refused !== undefined) return refused
          yield* Effect.forEach(values, (value, index) => seal(declared, value, index))
        }
        return command(at, sealed)
      }),
    ),
  )
  if (Result.isFailure(answered) && isUnavailable(answered.failure)) return yield* answered.failure
  const { state } = yield* decisions.load(Interaction.aggregate, customer, collected.interaction)
  const unnamed = sealed.filter(({ reference }) => !state.sealed.has(reference))
  yield* destroy(vault, customer, unnamed, "rectification")
  yield* destroyEnded(vault, customer, state)
  const { repeated } = yield* Effect.fromResult(answered)
  return repeated ? yield* recordedBy(store, collected) : sealed
})

/** Whether the log did not answer: sealed values stay, for a repetition. */
const isUnavailable = ({ _tag }: { readonly _tag: string }): boolean =>
  _tag === "StoreUnavailable" || _tag === "Overloaded"

const remove = ({ recorder, vault }: Ports) =>
  Effect.fn("Collection.remove")(function* (removed: InInteraction & { readonly field: FieldId }) {
    const { customer, field } = removed
    const at = yield* momentOrNow("DeleteInput", removed.at)
    const command: Interaction.Command = { _tag: "DeleteInput", at, field }
    const { state } = yield* decide(recorder, removed, command, (_, foresee, { inputs }) =>
      Effect.gen(function* () {
        const reference = inputs.get(field)?.reference
        const refused = yield* foresee(command)
        // The vault destroys it before the log says so: no crash leaves a deleted text that opens.
        if (refused === undefined && reference !== undefined) {
          yield* destroy(vault, customer, [{ reference }], "request")
        }
        return command
      }),
    )
    yield* destroyEnded(vault, customer, state)
  })

/** The foreseen outcome of a command: `undefined` where it would be recorded, the command where it would be refused. */
type Foresee = (command: Interaction.Command) => Effect.Effect<Interaction.Command | undefined>

/** Decides one command of an interaction, which `make` prepares; it runs again where the Customer has declared more. */
const decide = <E>(
  { decisions, prepare }: Recorder.Recorder,
  where: InInteraction,
  deciding: Pick<Interaction.Command, "_tag" | "at">,
  make: (declared: Declared, foresee: Foresee, state: Interaction.State) => Effect.Effect<Interaction.Command, E>,
) => {
  const { commitId, customer, interaction } = where
  const target = { customer, id: interaction, ...(commitId === undefined ? {} : { commitId }) }
  let isAgain = false
  const handled = decisions.handlePrepared(Interaction.aggregate, target, (state) =>
    Effect.gen(function* () {
      const prepared = yield* prepare(customer, [deciding], where, { afresh: isAgain, collects: true })
      isAgain = true
      const { context, declared } = prepared
      const foresee: Foresee = (command) =>
        Effect.match(Decisions.foresee(Interaction.aggregate, state, { command, context }), {
          onSuccess: () => undefined,
          onFailure: () => command,
        })
      return { ...prepared, commands: [yield* make(declared, foresee, state)] }
    }),
  )
  return Effect.flatMap(handled, CommandHandler.one)
}

/** Destroys values that the person changed or deleted, also those that a crash kept an earlier call from destroying. */
const destroyEnded = (vault: Vault["Service"], customer: CustomerId, state: Interaction.State) => {
  const ended = Interaction.endedInputs(state)
  const changed = ended.filter(({ endedBy }) => endedBy === "change")
  const deleted = ended.filter(({ endedBy }) => endedBy === "deletion")
  return Effect.andThen(
    destroy(vault, customer, changed, "rectification"),
    destroy(vault, customer, deleted, "request"),
  )
}

const destroy = (
  vault: Vault["Service"],
  customer: CustomerId,
  values: ReadonlyArray<{ readonly reference: Uuid.Uuid }>,
  cause: ErasureCause,
): Effect.Effect<void, VaultUnavailable> =>
  values.length === 0
    ? Effect.void
    : vault.destroy(
        customer,
        values.map(({ reference }) => reference),
        cause,
      )

/** The values that a commit has recorded in an interaction. */
const recordedBy = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  { commitId, customer, interaction }: InInteraction,
) {
  const found: Array<Sealed<string>> = []
  for (let after = 0; ;) {
    const page = yield* store.readStream(customer, Interaction.streamOf(interaction), { after })
    for (const envelope of page.events) {
      after = envelope.version
      if (envelope.commitId === commitId)
        found.push(...sealedBy(yield* Effect.fromResult(Interaction.codec.decode(envelope))))
    }
    if (page.events.length === 0 || after >= page.version) return found
  }
})

const sealedBy = (event: Interaction.Event): ReadonlyArray<Sealed<string>> => {
  switch (event._tag) {
    case "InputEntered":
    case "InputChanged":
      return [event.value]
    case "SurveyAnswered":
      return [event.answer]
    case "TerminalObserved":
      return event.values
    default:
      return []
  }
}
