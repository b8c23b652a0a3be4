/**
 * The services that a recognised device has used before (MOSTUSED).
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Interaction from "../../domain/Interaction.ts"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { EventStore, streamEvents } from "../../eventsourcing/EventStore.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Vault } from "../../privacy/Vault.ts"
import { subjectOf } from "../pseudonyms/recording.ts"

/** In how many of the device's earlier interactions that count each service was used. */
export const usedServices = Effect.fnUntraced(function* (
  { store, vault }: { readonly store: EventStore["Service"]; readonly vault: Vault["Service"] },
  customer: CustomerId,
  pseudonym: Pseudonym.PseudonymId,
  present: Uuid | undefined,
) {
  const used = new Map<string, number>()
  for (const interaction of yield* vault.interactionsOf(customer, subjectOf(pseudonym))) {
    if (interaction === present) continue
    const services = new Set<string>()
    let counts = true
    const stream = streamEvents(customer, { kind: Interaction.streamKind, id: interaction })
    yield* Stream.runForEach(stream, (recorded) =>
      Effect.map(Effect.fromResult(Interaction.codec.decode(recorded)), (event) => {
        if (event._tag === "StepTaken") services.add(event.step)
        else if (event._tag === "InteractionStarted" && event.scenario !== undefined) services.add(event.scenario)
        else if (event._tag === "InteractionExcluded") counts = false
      }),
    ).pipe(Effect.provideService(EventStore, store))
    if (counts) for (const service of services) used.set(service, (used.get(service) ?? 0) + 1)
  }
  return used
})
