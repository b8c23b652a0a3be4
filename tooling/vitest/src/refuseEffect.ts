import * as Effect from "effect/Effect"

/** Passes a result on, unless it is an Effect: Vitest would drop it and report a pass. */
export const refuseEffect = <A>(result: A): A => {
  if (Effect.isEffect(result)) throw new TypeError("The test returned an Effect, which nothing runs. Use it.effect.")
  return result
}
