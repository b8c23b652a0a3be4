/**
 * Lets Node run TypeScript sources: given to `--import`.
 */
import { register } from "node:module"

register("./load.mjs", import.meta.url)
