import { describe, expect, it } from "@tacet/vitest"
import { completeLock } from "./lock.ts"

describe("completing the lock file", () => {
  it("adds missing packages with their platform, beside their siblings, and none twice", () => {
    const packages = {
      "node_modules/tsx/node_modules/esbuild": {
        version: "0.28.2",
        optionalDependencies: { "@esbuild/linux-x64": "0.28.2", "@esbuild/darwin-arm64": "0.28.2" },
      },
      "node_modules/tsx/node_modules/@esbuild/linux-x64": { version: "0.28.2", optional: true },
      "node_modules/@esbuild/darwin-arm64": { version: "0.27.7", optional: true },
    }
    expect(completeLock(packages)).toEqual(["@esbuild/darwin-arm64@0.28.2"])
    expect(packages).toHaveProperty(["node_modules/tsx/node_modules/@esbuild/darwin-arm64"], {
      version: "0.28.2",
      cpu: ["arm64"],
      optional: true,
      os: ["darwin"],
    })
    expect(completeLock(packages)).toEqual([])
  })

  it.each<[name: string, platform: object]>([
    ["@oxlint/binding-linux-x64-musl", { os: ["linux"], cpu: ["x64"], libc: ["musl"] }],
    ["@oxlint/binding-linux-arm-gnueabihf", { os: ["linux"], cpu: ["arm"], libc: ["glibc"] }],
    ["@rollup/rollup-win32-x64-gnu", { os: ["win32"], cpu: ["x64"] }],
    ["@rolldown/binding-wasm32-wasi", { cpu: ["wasm32"] }],
  ])("reads the platform of %s from its name", ([name, platform]) => {
    const packages = { "node_modules/a": { version: "1.0.0", dev: true, optionalDependencies: { [name]: "1.0.0" } } }
    completeLock(packages)
    expect(packages).toHaveProperty([`node_modules/${name}`], {
      version: "1.0.0",
      dev: true,
      optional: true,
      ...platform,
    })
  })

  it("does not guess", () => {
    const packages = { "node_modules/a": { version: "1.0.0", optionalDependencies: { "b-native": "1.0.0" } } }
    expect(() => completeLock(packages)).toThrow("b-native@1.0.0")
  })
})
