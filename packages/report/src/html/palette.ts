/**
 * The colours of the page, in the light and in the dark scheme.
 *
 * Charts are drawn once, in the light colours; one CSS rule for each colour turns them into custom properties, which the
 * dark scheme changes. So no two colours that a chart uses may be the same. Hues are petrol, vermilion, navy and green,
 * far apart in lightness too, and none is ever the only sign: lines differ in stroke and marker, bars in pattern, and
 * nodes and cells are labelled.
 */

interface Colour {
  readonly light: string
  readonly dark: string
}

const colour = (light: string, dark: string): Colour => ({ light, dark })

export const palette = {
  paper: colour("#f8f7f4", "#11151b"),
  surface: colour("#ffffff", "#191f27"),
  ink: colour("#1c2430", "#e8ecf1"),
  muted: colour("#56606d", "#a6b0bd"),
  line: colour("#dedbd3", "#333c48"),
  focus: colour("#1d5fd0", "#8ab8ff"),
  /** Axis lines and ticks. */
  axis: colour("#868c95", "#76818f"),
  grid: colour("#e9e7e1", "#272f39"),
  hatch: colour("#8d939c", "#717c8a"),
  /** The contract figure. */
  contract: colour("#0b6286", "#62bde4"),
  effective: colour("#2e4678", "#9fb4ee"),
  tried: colour("#b3450d", "#f2955d"),
  deflected: colour("#23877a", "#4fc4b2"),
  handedOff: colour("#23877b", "#4fc4b3"),
  goal: colour("#5f7a17", "#b5cf62"),
  left: colour("#7b8089", "#949eab"),
  step: colour("#4a5563", "#b4bdc9"),
  flow: colour("#9aa1ab", "#5f6a78"),
  /** Failed attempts by hour, from none to most, and the figures upon them. */
  heat0: colour("#f4f2ed", "#20262f"),
  heat1: colour("#fbe6d7", "#3d2c22"),
  heat2: colour("#f5c7a4", "#643f28"),
  heat3: colour("#ea9f6d", "#b57242"),
  heat4: colour("#b9500f", "#e09460"),
  heat5: colour("#7f2f06", "#f8c7a1"),
  onHeat1: colour("#1c2431", "#e8ecf2"),
  onHeat2: colour("#1c2432", "#e8ecf3"),
  onHeat3: colour("#1c2433", "#11151c"),
  onHeat4: colour("#fffffe", "#11151d"),
  onHeat5: colour("#fffffd", "#11151e"),
} as const satisfies Record<string, Colour>

export type ColourName = keyof typeof palette

const names = Object.keys(palette) as ReadonlyArray<ColourName>

/** The colour to draw a chart with. */
export const ink = (name: ColourName): string => palette[name].light

const property = (name: string): string => `--${name.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)}`

const declarations = (scheme: keyof Colour): string =>
  names.map((name) => `${property(name)}:${palette[name][scheme]}`).join(";")

/** The custom properties, and the rules that make charts use them. Printing is always light. */
export const paletteCss = (): string =>
  [
    `:root{${declarations("light")}}`,
    `@media screen and (prefers-color-scheme:dark){:root{${declarations("dark")}}}`,
    ...names.flatMap((name) =>
      ["fill", "stroke"].map((attribute) => `svg [${attribute}="${ink(name)}"]{${attribute}:var(${property(name)})}`),
    ),
  ].join("\n")
