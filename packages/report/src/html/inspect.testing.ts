/**
 * Inspects a page inside the browser. These functions are sent there as text, so they use nothing from this module; the
 * few names of the browser that they need are declared here, since the project is compiled without them.
 */

interface Box {
  readonly left: number
  readonly right: number
  readonly width: number
  readonly height: number
}

interface Style {
  readonly color: string
  readonly fill: string
  readonly backgroundColor: string
  readonly overflowX: string
  readonly visibility: string
  readonly scrollBehavior: string
}

interface Node {
  readonly id: string
  readonly tagName: string
  readonly className: unknown
  readonly parentElement: Node | null
  readonly textContent: string
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string }>
  readonly attributes: Iterable<{ readonly name: string }>
  readonly getBoundingClientRect: () => Box
  readonly getClientRects: () => { readonly length: number }
  readonly closest: (selector: string) => Node | null
}

declare const document: {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number }
  readonly querySelectorAll: (selector: string) => Iterable<Node>
}
declare const getComputedStyle: (node: Node) => Style

/** Elements that overflow the page and are not inside a scrolling container. */
export const overflows = (): ReadonlyArray<string> => {
  const { clientWidth, scrollWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  return [
    `the page is ${scrollWidth} px wide`,
    ...Array.from(document.querySelectorAll("body *"))
      .filter(
        (node) => node.closest(".scroll, .scrolled") === null && node.getBoundingClientRect().right > clientWidth + 1,
      )
      .map((node) => `${node.tagName} ${node.id} ${String(node.className)}`),
  ]
}

/** Every element with the names of its attributes, but for what drawings are made of: labels may take fewer lines. */
export const shape = (): ReadonlyArray<string> =>
  Array.from(document.querySelectorAll("*"))
    .filter((node) => node.tagName === "svg" || node.closest("svg") === null)
    .map((node) => `${node.tagName} ${Array.from(node.attributes, ({ name }) => name).join(" ")}`)

/** How the page scrolls to a place within itself. */
export const scrolling = (): string | undefined =>
  Array.from(document.querySelectorAll("html"), (root) => getComputedStyle(root).scrollBehavior)[0]

/** Visible text whose contrast with its background is below 4.5 to 1. */
export const contrasts = (): { readonly checked: number; readonly faint: ReadonlyArray<string> } => {
  const parts = (colour: string): ReadonlyArray<number> => (colour.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = parts(colour).map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const below = (node: Node | null): string => {
    if (node === null) return "rgb(255, 255, 255)"
    const { backgroundColor } = getComputedStyle(node)
    return (parts(backgroundColor)[3] ?? 1) < 1 ? below(node.parentElement) : backgroundColor
  }
  const faint: Array<string> = []
  let checked = 0
  for (const node of document.querySelectorAll("body *")) {
    const drawn = node.closest("svg") !== null
    if (drawn && node.tagName !== "text") continue
    const text = Array.from(node.childNodes, ({ nodeType, textContent }) => (nodeType === 3 ? textContent : "")).join(
      "",
    )
    if (text.trim() === "" || node.getClientRects().length === 0) continue
    // The figures of the heat map are drawn on its cells; the palette's own test checks their contrast.
    if (drawn && node.closest("#failed-figure") !== null && /^\d+$/.test(text)) continue
    const style = getComputedStyle(node)
    const [dark = 0, light = 0] = [luminance(drawn ? style.fill : style.color), luminance(below(node))].sort(
      (one, other) => one - other,
    )
    checked++
    if ((light + 0.05) / (dark + 0.05) < 4.5)
      faint.push(`${text.trim().slice(0, 40)}: ${drawn ? style.fill : style.color}`)
  }
  return { checked, faint }
}
