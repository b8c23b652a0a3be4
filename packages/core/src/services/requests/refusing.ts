/**
 * Refuses a request. A ground of the law cites an act and the values of the person that it holds, of a person who was
 * located and verified (R-LEGAL-LIMIT, GDPR 12(4), 17(3)).
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as RightsRequest from "../../domain/RightsRequest.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import type * as Competence from "../../policy/binding/Competence.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import { holdingsOf } from "./erasure.ts"
import { resumeAfterRefusal } from "./stopping.ts"
import { decide, foresee, keep, located, type Ports, type RequestRef, stateOf } from "./records.ts"

/** A refusal of a request. */
export interface RequestRefusal extends RequestRef {
  readonly actor: Actor
  /** Who decides. */
  readonly by: RightsRequest.Handler
  readonly ground: (typeof RightsRequest.RequestRefused.Type)["ground"]
  /** What the person is told of the reasons. It is sealed under the request. */
  readonly reasons: string
  /** A legal ground: the act, and the values of the person that it holds. */
  readonly legalReference?: string
  readonly held?: ReadonlyArray<Uuid.Uuid>
  /** The law of the place that decides, where it differs from the policy's. Default: that of the request. */
  readonly localLaw?: Competence.LocalLaw
  readonly states: (typeof RightsRequest.RequestRefused.Type)["states"]
}

/** Seals the reasons and records the refusal; the same refusal again has no further effect. */
export const refuse = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.refuse")(function* (refusal: RequestRefusal) {
    const { actor, by, customer, ground, held, legalReference, localLaw, reasons, states } = refusal
    const before = yield* stateOf(ports, refusal)
    const resume = Effect.gen(function* () {
      yield* resumeAfterRefusal(ports, refusal, actor, legalReference ?? ground)
      // Those that were joined to it are answered with it.
      for (const request of before.duplicates) {
        const joined = { customer, request }
        if (!(yield* stateOf(ports, joined)).located) continue
        yield* resumeAfterRefusal(ports, joined, actor, legalReference ?? ground)
      }
    })
    if (before.refusedOn === ground) return yield* resume
    const at = yield* DateTime.now
    const holdings = RightsRequest.isLegalGround(ground)
      ? yield* holdingsOf(ports, customer, yield* located(ports, refusal, actor))
      : []
    const command = (reference: Uuid.Uuid): RightsRequest.Command => ({
      _tag: "RefuseRequest",
      at,
      by,
      ground,
      reasons: reference,
      ...(legalReference === undefined ? {} : { legalReference }),
      ...(held === undefined ? {} : { held }),
      ...(localLaw === undefined ? {} : { localLaw }),
      states,
    })
    yield* foresee(ports, refusal, command(yield* Uuid.next), holdings)
    const { reference } = yield* keep(ports, refusal, "textDialogue", reasons)
    yield* decide(ports, refusal, command(reference), holdings)
    yield* resume
  })
