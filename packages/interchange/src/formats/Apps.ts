/**
 * Classifies the applications of a dial plan by matchers of their names. Matching ignores case; a final `*` matches any
 * suffix.
 */

/** Whether an application is one of a list. */
export type AppMatcher = (app: string) => boolean

/** Compiles a list of names. */
export const appMatcher = (names: ReadonlyArray<string>): AppMatcher => {
  const exact = new Set(names.filter((name) => !name.endsWith("*")).map((name) => name.toLowerCase()))
  const starts = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1).toLowerCase())
  return (app) => {
    const name = app.trim().toLowerCase()
    return exact.has(name) || starts.some((start) => name.startsWith(start))
  }
}

/** The roles of a telephone system's applications; unlisted ones belong to the automated part. */
export interface AppTable {
  /** They bridge the caller to an agent: with a second party and an answer they prove a person. */
  readonly bridge: ReadonlyArray<string>
  /** They ask for a person. */
  readonly ask: ReadonlyArray<string>
  /** They hold the caller in a queue. */
  readonly queue: ReadonlyArray<string>
  readonly voicemail: ReadonlyArray<string>
}

/** Asterisk. `VoiceMailMain` is the owner listening to a mailbox: it does not ask for a person. */
export const asteriskApps: AppTable = {
  bridge: ["Dial", "Queue"],
  ask: ["Dial", "RetryDial", "Queue", "FollowMe", "Page", "Pickup", "VoiceMail", "Busy", "Congestion"],
  queue: ["Queue"],
  voicemail: ["VoiceMail*"],
}

/** FreeSWITCH, where the time of a bridge is the proof, whatever application made it. */
export const freeswitchApps: AppTable = {
  bridge: ["*"],
  ask: ["bridge", "callcenter", "fifo", "originate", "intercept", "voicemail"],
  queue: ["callcenter", "fifo"],
  voicemail: ["voicemail"],
}
