/**
 * Draws a chart on the server. What all charts share: the page's letters, no animation, nothing that reacts.
 */
import { CustomChart, HeatmapChart, BarChart, LineChart, SankeyChart } from "echarts/charts"
import { GraphicComponent, GridComponent, VisualMapPiecewiseComponent } from "echarts/components"
import { type EChartsCoreOption, init, use } from "echarts/core"
import { SVGRenderer } from "echarts/renderers"
import type { Markup } from "../markup.ts"
import { ink } from "../palette.ts"
import { adopt, type Naming } from "./svg.ts"

use([
  SVGRenderer,
  GraphicComponent,
  GridComponent,
  VisualMapPiecewiseComponent,
  LineChart,
  BarChart,
  CustomChart,
  HeatmapChart,
  SankeyChart,
])

export interface Size {
  readonly width: number
  readonly height: number
}

/** The drawing. */
export const draw = (option: EChartsCoreOption, size: Size, naming: Naming): Markup => {
  const chart = init(null, null, { ssr: true, renderer: "svg", ...size })
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "transparent",
      textStyle: { fontFamily: "inherit", fontSize: 13, color: ink("muted") },
      ...option,
    })
    return adopt(chart.renderToSVGString(), naming)
  } finally {
    // A chart that is not disposed of keeps the process alive.
    chart.dispose()
  }
}
