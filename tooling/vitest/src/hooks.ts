/** Vitest's hooks, for plain code only; what effects need before and after belongs in a layer or a scope. */
import * as vitest from "vitest"
import { refuseEffect } from "./refuseEffect.ts"

type Hook = (self: () => void | Promise<void>, timeout?: number) => void

const refusing =
  (hook: (self: () => Promise<void>, timeout?: number) => void): Hook =>
  (self, timeout) =>
    hook(async () => refuseEffect(await refuseEffect(self())), timeout)

export const beforeAll = refusing(vitest.beforeAll)
export const beforeEach = refusing(vitest.beforeEach)
export const afterAll = refusing(vitest.afterAll)
export const afterEach = refusing(vitest.afterEach)
