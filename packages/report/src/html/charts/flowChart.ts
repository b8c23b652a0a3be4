/**
 * The flow of journeys as a Sankey diagram: steps by position from left to right, ends at the right. Links to an end
 * have its colour, every node is named and counted.
 */
import type { CustomerReport } from "@tacet/core/statistics"
import type { EChartsCoreOption } from "echarts/core"
import { count } from "../format.ts"
import { ink } from "../palette.ts"
import { shortened } from "../visible.ts"
import { ends, type End } from "../words.ts"
import type { Size } from "./draw.ts"

type Flow = CustomerReport.JourneyFigures["flow"]
export type FlowNode = Flow["nodes"][number]

const colours: Readonly<Record<End, string>> = {
  call: ink("effective"),
  callFailed: ink("tried"),
  handedOff: ink("handedOff"),
  goal: ink("goal"),
  left: ink("left"),
}

/** The end that a node represents, if any. */
export const endAt = ({ id }: FlowNode): End | undefined => {
  const end = id.startsWith("end:") ? id.slice(4) : ""
  return Object.hasOwn(ends, end) ? (end as End) : undefined
}

/** A step's name without its position. */
export const stepName = ({ label }: FlowNode): string => label.replace(/^\d+\. /, "")

/** The label of a node: an end in the page's words, a step by position and name. */
export const nodeName = (node: FlowNode): string => {
  const end = endAt(node)
  return end === undefined ? node.label : ends[end]
}

/** Interactions through each node. */
export const throughput = ({ links, nodes }: Flow): ReadonlyMap<string, number> => {
  const into = new Map<string, number>()
  const from = new Map<string, number>()
  for (const { interactions, source, target } of links) {
    from.set(source, (from.get(source) ?? 0) + interactions)
    into.set(target, (into.get(target) ?? 0) + interactions)
  }
  return new Map(nodes.map(({ id }) => [id, Math.max(into.get(id) ?? 0, from.get(id) ?? 0)]))
}

/** The option and the height it needs, or nothing where nothing flows. */
export const flowOption = (flow: Flow): { readonly option: EChartsCoreOption; readonly height: number } | undefined => {
  const depths = new Map(flow.nodes.map(({ depth, id }) => [id, depth]))
  // The diagram refuses cycles; links that do not lead on would make one.
  const links = flow.links.filter(
    ({ interactions, source, target }) =>
      interactions > 0 && (depths.get(source) ?? Infinity) < (depths.get(target) ?? -Infinity),
  )
  if (links.length === 0) return undefined
  const used = new Set(links.flatMap(({ source, target }) => [source, target]))
  const nodes = flow.nodes.filter(({ id }) => used.has(id))
  const values = throughput(flow)
  const endById = new Map(nodes.map((node) => [node.id, endAt(node)]))
  const depth = Math.max(...nodes.map((node) => node.depth))
  const perDepth = Array.from({ length: depth + 1 }, (_, at) => nodes.filter((node) => node.depth === at).length)
  const height = Math.min(680, Math.max(260, Math.max(...perDepth) * 68 + frame.top))
  return {
    height,
    option: {
      graphic: { elements: columnHeads(perDepth) },
      series: [
        {
          type: "sankey",
          silent: true,
          ...frame,
          nodeWidth,
          nodeGap: 28,
          nodeAlign: "justify",
          layoutIterations: 64,
          draggable: false,
          data: nodes.map((node) => {
            const end = endById.get(node.id)
            return {
              name: node.id,
              depth: node.depth,
              itemStyle: { color: end === undefined ? ink("step") : colours[end], borderWidth: 0 },
              label: { formatter: labelOf(node, end, values.get(node.id) ?? 0) },
            }
          }),
          links: links.map(({ interactions, source, target }) => {
            const end = endById.get(target)
            return {
              source,
              target,
              value: interactions,
              lineStyle:
                end === undefined ? { color: ink("flow"), opacity: 0.3 } : { color: colours[end], opacity: 0.36 },
            }
          }),
          lineStyle: { curveness: 0.5 },
          label: {
            position: "right",
            distance: 6,
            fontSize: 12.5,
            lineHeight: 15,
            color: ink("ink"),
            textBorderColor: ink("surface"),
            textBorderWidth: 3,
          },
        },
      ],
    },
  }
}

const width = 1040
const nodeWidth = 14
const frame = { left: 2, right: 168, top: 40, bottom: 16 }

/** The size of the drawing for the height it needs. */
export const flowSize = (height: number): Size => ({ width, height })

const labelOf = (node: FlowNode, end: End | undefined, through: number): string =>
  `${shortened(end === undefined ? stepName(node) : ends[end], end === undefined ? 17 : 24)}\n${count(through)}`

/** "Step 1" above each column of steps, "End" above the last. */
const columnHeads = (perDepth: ReadonlyArray<number>): ReadonlyArray<object> => {
  const last = perDepth.length - 1
  const apart = last === 0 ? 0 : (width - frame.left - frame.right - nodeWidth) / last
  return perDepth.flatMap((nodes, depth) =>
    nodes === 0 || depth === 0
      ? []
      : [
          {
            type: "text",
            silent: true,
            x: frame.left + depth * apart,
            y: 4,
            style: {
              text: depth === last ? "End" : `Step ${depth}`,
              fontSize: 12.5,
              fontFamily: "inherit",
              fill: ink("muted"),
            },
          },
        ],
  )
}
