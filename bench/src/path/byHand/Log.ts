/**
 * A log in memory by hand: expected versions, commits that are carried out once, positions without a gap.
 */
import type { NewEvent } from "./codec.ts"

/** An event in the log. */
export interface Recorded extends NewEvent {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly recordedAt: number
  readonly commitId: string
}

/** Events for one stream, what must be so of it and of others, and the id by which the commit is known. */
export interface Commit {
  readonly commitId: string
  readonly stream: string
  readonly expected: number
  readonly events: ReadonlyArray<NewEvent>
  readonly checks: ReadonlyArray<readonly [stream: string, version: number]>
}

/** The log of one Customer. */
export class Log {
  readonly events: Array<Recorded> = []
  private readonly streams = new Map<string, Array<Recorded>>()
  private readonly commits = new Map<string, { readonly position: number; readonly count: number }>()

  /** The events of a stream; none where it does not exist. */
  stream(stream: string): ReadonlyArray<Recorded> {
    return this.streams.get(stream) ?? []
  }

  /** Appends all events or none; answers the last position. Throws where an expectation does not hold. */
  append({ checks, commitId, events, expected, stream }: Commit): number {
    const known = this.commits.get(commitId)
    if (known !== undefined) {
      if (known.count === events.length && this.isRepetition(known.position, stream, events)) {
        return known.position + known.count - 1
      }
      throw new Error("The commit id was used for other events")
    }
    this.expect(stream, expected)
    for (const [other, version] of checks) this.expect(other, version)
    let own = this.streams.get(stream)
    if (own === undefined) {
      own = []
      this.streams.set(stream, own)
    }
    const recordedAt = Date.now()
    this.commits.set(commitId, { position: this.events.length + 1, count: events.length })
    for (const { data, occurredAt, schemaVersion, type } of events) {
      const recorded = Object.freeze({
        position: this.events.length + 1,
        stream,
        version: own.length + 1,
        type,
        schemaVersion,
        occurredAt,
        recordedAt,
        commitId,
        data,
      })
      own.push(recorded)
      this.events.push(recorded)
    }
    return this.events.length
  }

  private expect(stream: string, version: number): void {
    const actual = this.stream(stream).length
    if (actual !== version) throw new Error(`A stream has the version ${actual}, not ${version}`)
  }

  private isRepetition(position: number, stream: string, events: ReadonlyArray<NewEvent>): boolean {
    return events.every(({ data, occurredAt, schemaVersion, type }, place) => {
      const known = this.events[position - 1 + place]!
      return (
        known.stream === stream &&
        known.data === data &&
        known.type === type &&
        known.occurredAt === occurredAt &&
        known.schemaVersion === schemaVersion
      )
    })
  }
}
