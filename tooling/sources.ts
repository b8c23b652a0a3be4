import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

/** The files under some folders whose names end in `suffix`, sorted; without installed or built files. */
export const filesUnder = (folders: ReadonlyArray<string>, suffix: string): ReadonlyArray<string> =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)))
    .filter((path) => path.endsWith(suffix) && !/(^|\/)(node_modules|dist|\.git)\//.test(path))
    .toSorted()
