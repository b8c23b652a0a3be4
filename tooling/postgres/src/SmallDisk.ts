/**
 * A disk of a few megabytes, held in memory, for a server that is to find its disk full. It is mounted in a namespace of
 * the account that runs the server, which needs no rights, or, where such namespaces are closed, by root.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { chownSync, mkdtempSync, rmSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { other } from "./account.ts"

/** A disk that is mounted. */
export interface SmallDisk {
  /** Its path as the server sees it. */
  readonly path: string
  /** The same as this process sees it. */
  readonly seenFromHere: string
  /** The command that must start a server so that it sees the disk: {@link ServerOptions.startedBy}. */
  readonly startedBy: ReadonlyArray<string>
  /** Makes a folder in it that belongs to the server's account, empty or with all that is in another one of its. */
  readonly folder: (name: string, from?: string) => void
  /** Leaves so many bytes free. */
  readonly leave: (bytes: number) => void
  readonly unmount: () => void
}

/** Mounts a disk, or says why it cannot be done here. */
export const mountSmallDisk = async (bytes: number): Promise<SmallDisk | string> => {
  if (process.platform !== "linux") return "disks in memory are mounted on Linux only"
  const path = mkdtempSync(join(tmpdir(), "tacet-disk-"))
  const account = other()
  if (account !== undefined) chownSync(path, account.uid, account.gid)
  const inNamespace = await mountInNamespace(path, bytes)
  if (inNamespace !== undefined) return inNamespace
  const mounted = spawnSync("mount", [...mountArguments(path, bytes)])
  if (account === undefined || mounted.status !== 0) {
    rmSync(path, { recursive: true })
    return "this account may mount nothing, in a namespace of its own either"
  }
  chownSync(path, account.uid, account.gid)
  return {
    ...disk(path, path, []),
    unmount: () => {
      execFileSync("umount", ["--lazy", path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

const mountArguments = (path: string, bytes: number): ReadonlyArray<string> => [
  "-t",
  "tmpfs",
  "-o",
  `size=${bytes},mode=700`,
  "tmpfs",
  path,
]

/** The namespace lasts as long as the process that holds it, which ends with this one. */
const mountInNamespace = async (path: string, bytes: number): Promise<SmallDisk | undefined> => {
  const holder = spawn(
    "unshare",
    [
      "--user",
      "--map-root-user",
      "--mount",
      "sh",
      "-c",
      'mount "$@" && echo ready && cat',
      "sh",
      ...mountArguments(path, bytes),
    ],
    { ...other(), cwd: "/", stdio: ["pipe", "pipe", "ignore"] },
  )
  const isReady = await new Promise<boolean>((said) => {
    holder.once("error", () => said(false))
    holder.once("exit", () => said(false))
    holder.stdout.once("data", () => said(true))
  })
  if (!isReady) return undefined
  // It runs on beside this process, and keeps it no longer.
  holder.unref()
  for (const pipe of [holder.stdin, holder.stdout]) (pipe as unknown as { readonly unref: () => void }).unref()
  const [uid, gid] = [other()?.uid ?? process.getuid!(), other()?.gid ?? process.getgid!()]
  const enter = ["nsenter", "--target", String(holder.pid), "--user", "--mount", "--preserve-credentials"]
  // PostgreSQL refuses to run as root, which its account is in the namespace: in one more, it is itself again.
  const startedBy = [...enter, "unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`]
  if (spawnSync(startedBy[0]!, [...startedBy.slice(1), "true"], { ...other(), cwd: "/" }).status !== 0) {
    leave(holder)
    return undefined
  }
  return {
    ...disk(path, `/proc/${holder.pid}/root${path}`, startedBy),
    unmount: () => {
      leave(holder)
      rmSync(path, { recursive: true, force: true })
    },
  }
}

const leave = (holder: ChildProcess): void => void holder.stdin!.end()

const ballast = "ballast"

/** An account without an id in the namespace cannot create files in it: the server's account creates them. */
const asServer = (program: string, ...programArguments: ReadonlyArray<string>): void => {
  execFileSync(program, programArguments, { ...other(), cwd: "/", stdio: "pipe" })
}

const disk = (path: string, seenFromHere: string, startedBy: ReadonlyArray<string>): Omit<SmallDisk, "unmount"> => ({
  path,
  seenFromHere,
  startedBy,
  folder: (name, from) => {
    const folder = join(seenFromHere, name)
    if (from === undefined) asServer("mkdir", "--mode=700", folder)
    else asServer("cp", "--archive", from, folder)
  },
  leave: (bytes) => {
    const file = join(seenFromHere, ballast)
    asServer("rm", "--force", file)
    const { bavail, bsize } = statfsSync(seenFromHere)
    asServer("fallocate", "--length", String(Math.max(1, bavail * bsize - bytes)), file)
  },
})
