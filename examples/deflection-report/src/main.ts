/**
 * Entry point of `npm run report -- …` and, with `demo`, of `npm start`.
 */
import { main } from "./cli/main.ts"

// A reader that has seen enough (`| head`) ends the run without a word.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2))

const folder = process.env["INIT_CWD"] ?? process.cwd()
process.exitCode = await main(process.argv.slice(2), folder, process)
