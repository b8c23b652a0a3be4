/** Checks the types of single files in a copy, by one server of TypeScript that keeps the rest of the program. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { API } from "typescript/unstable/sync"

export interface Types {
  /** The first error in some files of the copy, of which `changed` was written since the last call. */
  readonly errorIn: (changed: string, files: ReadonlyArray<string>) => string | undefined
  readonly close: () => void
}

export const typesOf = (copy: string, files: ReadonlyArray<string>): Types => {
  const config = join(copy, "tsconfig.mutate.json")
  // What a mutant leaves unused breaks nothing.
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  writeFileSync(config, JSON.stringify({ extends: "./tsconfig.json", compilerOptions, files, include: [] }))
  const server = new API({ cwd: copy })
  server.updateSnapshot({ openProjects: [config] })
  return {
    errorIn: (changed, checked) => {
      const snapshot = server.updateSnapshot({ fileChanges: { changed: [join(copy, changed)] } })
      const program = snapshot.getProjects()[0]?.program
      if (program === undefined) return "the configuration of TypeScript has no program"
      for (const file of checked) {
        const path = join(copy, file)
        const [error] = [...program.getSyntacticDiagnostics(path), ...program.getSemanticDiagnostics(path)]
        if (error !== undefined) return error.text
      }
      return undefined
    },
    close: () => server.close(),
  }
}
