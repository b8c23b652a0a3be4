/**
 * Whether a Customer's devices may be recognised, and whose: the policy allows it, the contract instructs it, and the
 * person has neither objected nor asked for restriction.
 */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Contract from "../../domain/Contract.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { Position } from "../../eventsourcing/EventEnvelope.ts"
import { EventStore, logChunks } from "../../eventsourcing/EventStore.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Purpose from "../../policy/checks/Purpose.ts"
import * as Declarations from "../internal/Declarations.ts"
import type { Decisions } from "../internal/Decisions.ts"

/** The purpose of recognition: the one for which attributes of devices are kept and opened here. */
export const purpose = "interfacePersonalisation"

/** Refused unless the policy allows recognition, the Customer's contract instructs it, and its purpose too. */
export const permitted = Effect.fnUntraced(function* (
  decisions: Decisions,
  customer: CustomerId,
  command: string,
  at: DateTime.Utc,
) {
  const declared = yield* decisions.declared(customer)
  const policy = yield* Declarations.bound(declared, command, at)
  const contract = Contract.termsAt(declared.state, policy, at)
  if (policy.parameters.recognition === "off" || contract?.recognition !== true) {
    const accepted = "a policy that allows recognition, and a contract in force that instructs it"
    return yield* new Refusal({ rule: "RECOG-ATTACH", command, accepted })
  }
  const use = Purpose.check(policy, { role: "processor", purpose, instructed: contract.purposes })
  if (use._tag === "allow") return policy
  const accepted = use._tag === "undeclared" ? use.missing : use.accepted
  return yield* new Refusal({ rule: use.rule, command, field: "purpose", accepted })
})

/** The pseudonyms of a Customer, read from the log up to a position. */
interface Roster {
  through: Position
  readonly pseudonyms: Map<Pseudonym.PseudonymId, Pseudonym.State>
}

/** Reads the pseudonyms that may be recognised: not erased, not restricted, and without an objection. */
export const rosters = Effect.fnUntraced(function* (store: EventStore["Service"]) {
  const known = new Map<CustomerId, Roster>()
  const turns = yield* Semaphore.make(1)

  const readOn = (customer: CustomerId, roster: Roster) =>
    Stream.runForEach(
      logChunks(customer, { after: roster.through, filter: { streamKinds: [Pseudonym.streamKind] } }),
      ({ events, through }) =>
        Effect.map(
          Effect.forEach(events, (recorded) => Effect.fromResult(Pseudonym.codec.decode(recorded))),
          (decoded) => {
            decoded.forEach((event, index) => {
              const id = events[index]?.stream.id as Pseudonym.PseudonymId
              const before = roster.pseudonyms.get(id) ?? Pseudonym.initial
              roster.pseudonyms.set(id, Pseudonym.decider.evolve(before, event))
            })
            roster.through = through
          },
        ),
    ).pipe(Effect.provideService(EventStore, store))

  return (customer: CustomerId) =>
    turns.withPermits(1)(
      Effect.gen(function* () {
        const roster: Roster = known.get(customer) ?? { through: 0, pseudonyms: new Map() }
        yield* readOn(customer, roster)
        known.set(customer, roster)
        return Array.from(roster.pseudonyms).flatMap(([id, state]) => (Pseudonym.permits(state, purpose) ? [id] : []))
      }),
    )
})
