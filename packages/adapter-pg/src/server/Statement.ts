/** One statement with its parameters. */
export interface Statement {
  readonly sql: string
  readonly parameters?: ReadonlyArray<unknown>
}
