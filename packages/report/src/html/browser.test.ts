import { afterAll, beforeAll, describe, expect, it } from "@tacet/vitest"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Browser, chromium, type Page } from "playwright-core"
import { renderHtml } from "../html.ts"
import { anEmptyReport, aReport, renamed } from "./aReport.testing.ts"
import { contrasts, overflows, scrolling, shape } from "./inspect.testing.ts"

const executablePath = "/usr/bin/chromium"
/** A browser on a busy machine is slow to start and to draw. */
const patience = 90_000
const missing = !existsSync(executablePath)
const reason = missing ? ` (skipped: no ${executablePath}; apt-get install chromium)` : ""

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

const hostile = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</style><b>",
  "x".repeat(150),
  "فاتورة\u200f/شرح",
  "🧑‍🚒",
  "a\u202eb",
  "&lt;i&gt;",
]
const nameOf = new Map<string, string>()
const hostileName = (id: string): string => {
  const name = nameOf.get(id) ?? `${hostile[nameOf.size % hostile.length] ?? ""}${nameOf.size}`
  nameOf.set(id, name)
  return name
}

const report = aReport()
const pages = {
  report: renderHtml(report),
  empty: renderHtml(anEmptyReport()),
  hostile: renderHtml(renamed(report, hostileName)),
}
type Name = keyof typeof pages

describe(`the page in a browser${reason}`, () => {
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    if (missing) return
    folder = mkdtempSync(join(tmpdir(), "tacet-page-"))
    for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, `${name}.html`), text)
    browser = await chromium.launch({ executablePath, args })
  })
  afterAll(async () => {
    if (missing) return
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  interface Opened {
    readonly page: Page
    readonly messages: ReadonlyArray<string>
    readonly requests: ReadonlyArray<string>
  }

  const open = async (name: Name, options: Parameters<Browser["newPage"]>[0]): Promise<Opened> => {
    const page = await browser.newPage(options)
    const messages: Array<string> = []
    const requests: Array<string> = []
    page.on("console", (message) => messages.push(message.text()))
    page.on("pageerror", (error) => messages.push(error.message))
    page.on("dialog", (dialog) => {
      messages.push(dialog.message())
      void dialog.dismiss()
    })
    page.on("request", (request) => requests.push(request.url()))
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href)
    return { page, messages, requests }
  }

  const looks = (["report", "empty", "hostile"] as const).flatMap((name) =>
    [360, 768, 1440].map((width) => ({ name, width })),
  )

  it.skipIf(missing).each(looks)(
    "$name at $width px: no message, no request, nothing wider than the page",
    async ({ name, width }) => {
      const { messages, page, requests } = await open(name, { viewport: { width, height: 900 } })
      expect(messages).toEqual([])
      expect(requests.filter((url) => !url.endsWith(`${name}.html`) && !url.startsWith("data:"))).toEqual([])
      expect(await page.evaluate(overflows)).toEqual([])
      expect(await page.locator("table").count()).toBeGreaterThan(10)
      await page.close()
    },
    patience,
  )

  it.skipIf(missing)(
    "takes hostile names for text: the same elements as with plain ones",
    async () => {
      const [plain, named] = [await open("report", {}), await open("hostile", {})]
      expect(await named.page.evaluate(shape)).toEqual(await plain.page.evaluate(shape))
      expect(named.messages).toEqual([])
      await plain.page.close()
      await named.page.close()
    },
    patience,
  )

  it.skipIf(missing).each([
    { colorScheme: "light", width: 1440 },
    { colorScheme: "dark", width: 1440 },
    { colorScheme: "light", width: 360 },
    { colorScheme: "dark", width: 360 },
  ] as const)(
    "has text that stands out 4.5 to 1: $colorScheme, $width px",
    async ({ colorScheme, width }) => {
      const { page } = await open("report", { viewport: { width, height: 900 }, colorScheme })
      const { checked, faint } = await page.evaluate(contrasts)
      expect(faint).toEqual([])
      expect(checked).toBeGreaterThan(400)
      await page.close()
    },
    patience,
  )

  it.skipIf(missing)(
    "gives every drawing, figure, table and frame a name",
    async () => {
      const { page } = await open("report", {})
      const session = await page.context().newCDPSession(page)
      const { nodes } = await session.send("Accessibility.getFullAXTree")
      const shown = nodes.filter(({ ignored }) => !ignored)
      const hasName = ({ name }: { readonly name?: { readonly value?: unknown } }) =>
        typeof name?.value === "string" && name.value !== ""
      const roles = (wanted: string) => shown.filter(({ role }) => role?.value === wanted)
      for (const role of ["image", "table", "region", "navigation"]) {
        expect(roles(role).length, role).toBeGreaterThan(0)
        expect(
          roles(role)
            .filter((node) => !hasName(node))
            .map(({ nodeId }) => nodeId),
          role,
        ).toEqual([])
      }
      // A folded part is a group as well, named by its summary; the figures are named by their captions.
      expect(roles("group").filter(hasName)).toHaveLength(3)
      // One width is shown at a time: a drawing for the trend, the flow and the heat map.
      expect(roles("image")).toHaveLength(3)
      await page.close()
    },
    patience,
  )

  it.skipIf(missing)(
    "keeps tables tables where rows are laid out as blocks",
    async () => {
      const { page } = await open("report", { viewport: { width: 360, height: 900 } })
      const table = page.getByRole("table", { name: "Most used journeys" })
      expect(await table.getByRole("row").count()).toBe(report.journeys.mostUsed.length + 1)
      expect(await table.getByRole("rowheader").count()).toBe(report.journeys.mostUsed.length)
      expect(await table.getByRole("columnheader").count()).toBe(5)
      await page.close()
    },
    patience,
  )

  it.skipIf(missing)(
    "can be used with the keyboard: skip link, contents, summaries, and tables that scroll",
    async () => {
      const { page } = await open("report", { viewport: { width: 360, height: 900 } })
      await page.keyboard.press("Tab")
      expect(await page.locator(":focus").textContent()).toBe("Skip to the figures")
      await page.keyboard.press("Tab")
      expect(await page.locator(":focus").textContent()).toBe("At a glance")
      const frame = page.getByRole("region", { name: "The same figures under each window" })
      await frame.focus()
      for (let press = 0; press < 4; press++) await page.keyboard.press("ArrowRight")
      await expect.poll(() => frame.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0)
      const summary = page.locator("summary", { hasText: "as a table" }).first()
      await summary.focus()
      await page.keyboard.press("Enter")
      expect(await page.locator("#days").isVisible()).toBe(true)
      await page.close()
    },
    patience,
  )

  it.skipIf(missing)(
    "prints light and unfolded, without what only a screen needs",
    async () => {
      const { page } = await open("report", { colorScheme: "dark", viewport: { width: 720, height: 1000 } })
      await page.emulateMedia({ media: "print" })
      for (const id of ["days", "links", "failed-by-hour"]) {
        expect((await page.locator(`#${id}`).boundingBox())?.height, id).toBeGreaterThan(50)
      }
      expect(await page.locator("nav").isVisible()).toBe(false)
      const { faint } = await page.evaluate(contrasts)
      expect(faint).toEqual([])
      expect(await page.evaluate(overflows)).toEqual([])
      await page.close()
    },
    patience,
  )

  it.skipIf(missing)(
    "does not move where motion is unwanted",
    async () => {
      const { page } = await open("report", { reducedMotion: "reduce" })
      expect(await page.evaluate(scrolling)).toBe("auto")
      await page.close()
    },
    patience,
  )
})
