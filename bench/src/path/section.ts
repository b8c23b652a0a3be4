/**
 * The whole path for 100,000 interactions as a ratio to the loop by hand over the same steps, and what each layer costs.
 */
import * as StringKey from "../fold/stringKey.ts"
import type { Measurement } from "../Measurement.ts"
import { median } from "../Measurement.ts"
import { collectGarbage } from "../rounds.ts"
import type { Options, Section } from "../Work.ts"
import { costs, layers } from "./layers.ts"
import type { Layer } from "./layers.ts"
import { fullSize, generate, stepsOf } from "./recordings.ts"
import { walk } from "./wholePath.ts"

const loop = "loop, steps joined into a key"

/** Measures the path and, in rounds of their own, its layers. */
export const pathOf = async ({ rounds, scale }: Options): Promise<ReadonlyArray<Section>> => {
  const recordings = generate(Math.round(fullSize * scale))
  const steps = stepsOf(recordings)
  const byHand: Array<number> = []
  const whole: Array<number> = []
  const stages = { record: new Array<number>(), project: new Array<number>(), report: new Array<number>() }
  const byLayer = new Map<Layer, Array<number>>(layers.map((layer) => [layer, []]))
  // The first round warms up and does not count.
  for (let round = -1; round < rounds; round++) {
    collectGarbage()
    const start = performance.now()
    const counted = StringKey.fold(steps, true)
    const loopTime = performance.now() - start
    collectGarbage()
    const walked = await walk(recordings)
    if (walked.result.interactions.started !== recordings.length || counted.size === 0) {
      throw new Error("the path lost interactions")
    }
    collectGarbage()
    const spent = await costs(recordings)
    if (round < 0) continue
    byHand.push(loopTime)
    whole.push(walked.record + walked.project + walked.report)
    stages.record.push(walked.record)
    stages.project.push(walked.project)
    stages.report.push(walked.report)
    for (const layer of layers) byLayer.get(layer)!.push(spent[layer])
  }
  const milliseconds = (subject: string, own: ReadonlyArray<number>, share?: number): Measurement => ({
    subject,
    median: median(own),
    unit: "ms",
    minimum: Math.min(...own),
    maximum: Math.max(...own),
    rounds: own.length,
    ...(share === undefined ? {} : { share }),
  })
  const total = median(whole)
  const part = (subject: string, own: ReadonlyArray<number>): Measurement =>
    milliseconds(subject, own, median(own) / total)
  return [
    {
      title: `Whole path: ${recordings.length} interactions`,
      notes: ["Commands through the service, the deciders and the store in memory, the projection, the report."],
      measurements: [
        milliseconds(loop, byHand),
        {
          ...milliseconds("the whole path", whole),
          comparisons: [{ baseline: loop, ratio: median(whole.map((time, round) => byHand[round]! / time)) }],
        },
        part("of it: record", stages.record),
        part("of it: project and save", stages.project),
        part("of it: report", stages.report),
      ],
    },
    {
      title: "Layer by layer, each by itself on the same data",
      notes: ["What is left of the path is the command handler: spans, metrics, the checks of facts."],
      measurements: layers.map((layer) => part(layer, byLayer.get(layer)!)),
    },
  ]
}
