import type { Ending, Engine } from "../engine/engine.ts";
import type { ResultEnding } from "./expression.ts";
import { maximum, minimum, sum, sumSamples, sumTo } from "./reductions.ts";
import { ShapeError } from "./shapeError.ts";
import type { Value } from "./value.ts";

/** The samples of an array, null where all share it, and the shape of one. */
export interface Layout {
  readonly batch: number | null;
  readonly shape: readonly number[];
}

/** What an engine reduces a real array by; null where nothing is to be reduced. */
export function endingOf(word: ResultEnding, { batch, shape }: Layout): Ending | null {
  const axes = shape.map((_, axis) => axis + (batch === null ? 0 : 1));
  const samples = batch === null ? [] : [0];
  const rules: { readonly [W in ResultEnding]: Ending } = {
    sum: { by: "sum", axes },
    maximum: { by: "max", axes },
    minimum: { by: "min", axes },
    sumSamples: { by: "sum", axes: samples },
    sumChannels: { by: "sum", axes: [...samples, ...axes.slice(0, -1)] },
  };
  const found = rules[word];
  return found.axes.length === 0 ? null : found;
}

/** How the result is laid out. */
export function layoutAtEnd(word: ResultEnding, { batch, shape }: Layout): Layout {
  const ofSamples = { batch, shape: [] };
  const rules: { readonly [W in ResultEnding]: Layout } = {
    ...{ sum: ofSamples, maximum: ofSamples, minimum: ofSamples },
    sumSamples: { batch: null, shape },
    sumChannels: { batch: null, shape: shape.slice(-1) },
  };
  return rules[word];
}

/** The same of any value, as a pass of its own. @throws ShapeError */
export function endedValue(engine: Engine, word: ResultEnding, value: Value): Value {
  switch (word) {
    case "sum":
      return sum(engine, value);
    case "maximum":
      return maximum(engine, value);
    case "minimum":
      return minimum(engine, value);
    case "sumSamples":
      return sumSamples(engine, value);
    case "sumChannels": {
      if (value.kind === "product") throw new ShapeError("sumChannels", [value], "an array is wanted");
      const { shape, field } = value;
      return sumSamples(engine, sumTo(engine, value, { kind: "array", shape: shape.slice(-1), field }));
    }
  }
}
