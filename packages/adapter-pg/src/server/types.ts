/**
 * How values travel: whole numbers of 64 bits as numbers, of which JavaScript keeps those up to 2^53.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Result from "effect/Result"

/** The codecs of all connections of the adapter. */
export const types: PgTypes.Registry = PgTypes.makeRegistry()

const two32 = 0x1_0000_0000

const readInt8 = (bytes: Uint8Array, offset: number): number =>
  ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) * two32 +
  bytes[offset + 4]! * 0x100_0000 +
  ((bytes[offset + 5]! << 16) | (bytes[offset + 6]! << 8) | bytes[offset + 7]!)

types.register<number>(PgTypes.OID.int8, {
  encode: (value) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value))
    return Result.succeed(bytes)
  },
  write: (sink, value) => {
    const high = Math.floor(value / two32)
    sink.int32(high)
    sink.int32((value - high * two32) | 0)
    return Result.void
  },
  decode: (bytes) => Result.succeed(readInt8(bytes, 0)),
  read: (bytes, offset) => Result.succeed(readInt8(bytes, offset)),
})

const arrayOf =
  (oid: number) =>
  (values: ReadonlyArray<unknown>): PgTypes.Parameter =>
    Result.getOrThrow(PgTypes.array(values, oid, types))

/** Parameters that are lists, which say their type: the same statement is prepared once for all lengths. */
export const list = {
  uuid: arrayOf(PgTypes.OID.uuid),
  text: arrayOf(PgTypes.OID.text),
  int4: arrayOf(PgTypes.OID.int4),
  int8: arrayOf(PgTypes.OID.int8),
  float8: arrayOf(PgTypes.OID.float8),
  bytea: arrayOf(PgTypes.OID.bytea),
}
