/**
 * Runs the report example where the caller of npm stood, so that the paths given are the caller's own:
 * npm runs scripts in the package's folder and leaves the caller's in `INIT_CWD`.
 */
const main = new URL("../examples/deflection-report/src/main.ts", import.meta.url)

const caller = process.env["INIT_CWD"]
if (caller !== undefined) process.chdir(caller)
process.argv[1] = main.pathname
await import(main.href)
