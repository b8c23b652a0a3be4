/**
 * The first file of a zip archive: as much of the format as the MSNBC data needs.
 */
import { inflateRawSync } from "node:zlib"

const endSignature = 0x06054b50
const deflated = 8

/** The bytes of the archive's first file. */
export const firstFile = (archive: Buffer): Buffer => {
  let end = archive.length - 22
  while (end >= 0 && archive.readUInt32LE(end) !== endSignature) end--
  if (end < 0) throw new Error("This is no zip archive")
  // The directory knows the size; the header beside the data may leave it at zero.
  const directory = archive.readUInt32LE(end + 16)
  const method = archive.readUInt16LE(directory + 10)
  const compressedSize = archive.readUInt32LE(directory + 20)
  const header = archive.readUInt32LE(directory + 42)
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28)
  const data = archive.subarray(start, start + compressedSize)
  return method === deflated ? inflateRawSync(data) : data
}
