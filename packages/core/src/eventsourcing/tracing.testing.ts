/** A tracer that keeps the spans it has made, for tests that look at what is told of an operation. */
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
