/** A tracer that keeps its spans, for tests that inspect the trace of an operation. */
import * as Tracer from "effect/Tracer"

/** The tracer, and its spans in the order in which they began. */
export const keptSpans = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    },
  })
  return { spans, tracer }
}
