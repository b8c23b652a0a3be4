/**
 * Runs the report example in the folder from which npm was called, so that paths are relative to it:
 * npm runs scripts in the package's folder and leaves the caller's in `INIT_CWD`.
 */
const main = new URL("../examples/deflection-report/src/main.ts", import.meta.url)

const caller = process.env["INIT_CWD"]
if (caller !== undefined) process.chdir(caller)
process.argv[1] = main.pathname
await import(main.href)
