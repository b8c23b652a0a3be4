/**
 * A real PostgreSQL server from npm packages: no installation, no container, no download besides npm's.
 */
export { type Bouncer, findBouncer, startBouncer } from "./Bouncer.ts"
export { type Dialect, openDialect } from "./Dialect.ts"
export { execute } from "./execute.ts"
export { generator } from "./generator.ts"
export { makePlainOwner } from "./plainOwner.ts"
export { open as openProxy, type Proxy } from "./Proxy.ts"
export { type Server, type ServerOptions, start } from "./Server.ts"
export { mountSmallDisk, type SmallDisk } from "./SmallDisk.ts"
