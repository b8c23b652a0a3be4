/**
 * Vitest as the tests of this repository use it: `import { describe, expect, it } from "@tacet/vitest"`.
 *
 * `it` is the one that runs effects and refuses to lose them; everything else is Vitest's own.
 */
export { assert, describe, expect, expectTypeOf, inject, onTestFinished, vi } from "vitest"
export * from "./hooks.ts"
export * from "./it.ts"
export { runs } from "./property.ts"
