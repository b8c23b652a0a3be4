/**
 * A work of one section that needs a server, which is there for as long as it is measured.
 */
import type { Options, Section, Work } from "../Work.ts"
import { open, type Server } from "./Server.ts"

/** Makes one. */
export const work = (
  name: string,
  about: string,
  measure: (server: Server, options: Options) => Promise<Section>,
): Work => ({
  name,
  about,
  run: async (options, done) => {
    const server = await open()
    try {
      done(await measure(server, options))
    } finally {
      // Some drivers are still closing connections when their pool is closed.
      await new Promise((waited) => setTimeout(waited, 500))
      await server.stop()
    }
  },
})
