import type { Engine, Handle } from "./engine.ts";
import { sameShape } from "./shape.ts";

/** What `differences` of an engine is told; see there. */
export interface DifferencesOptions {
  /** axes of x, each once, ascending */
  readonly axes: readonly number[];
  /** the axis of D x that counts the axes, behind all of them */
  readonly at: number;
  /** what comes behind the last entry of an axis: that entry again (difference 0), the first one, or 0 */
  readonly boundary: "neumann" | "periodic" | "zero";
  readonly adjoint: boolean;
}

/** The shape of x, from that of x or, for the adjoint, from that of D x. */
export function differencesDomain(
  { shape }: Pick<Handle, "shape">,
  { at, adjoint }: DifferencesOptions,
): readonly number[] {
  return adjoint ? shape.filter((_, axis) => axis !== at) : shape;
}

/** The shape of the result. */
export function differencesShape(
  array: Pick<Handle, "shape">,
  options: DifferencesOptions,
): readonly number[] {
  const domain = differencesDomain(array, options);
  const { axes, at, adjoint } = options;
  return adjoint ? domain : [...domain.slice(0, at), axes.length, ...domain.slice(at)];
}

/** Why an array has no such differences, or null. */
export function differencesRefusal(array: Pick<Handle, "shape">, options: DifferencesOptions): string | null {
  const { axes, at, adjoint } = options;
  const rank = array.shape.length - (adjoint ? 1 : 0);
  const inOrder = axes.every((axis, i) => axis > (axes[i - 1] ?? -1) && axis < at);
  if (!inOrder || axes.length === 0 || at > rank) return `no axes [${axes.join(", ")}] before ${at}`;
  return adjoint && array.shape[at] !== axes.length ? `axis ${at} does not count ${axes.length} axes` : null;
}

/**
 * The differences of an array, or their adjoint, as an input of `elementwise`: read where they are wanted by an engine
 * that can, computed before by the others. Nothing else takes them for an array.
 */
export interface Differenced extends Handle {
  readonly of: Handle;
  readonly options: DifferencesOptions;
}

/** The differences of an array, not computed yet. */
export function differenced(of: Handle, options: DifferencesOptions): Differenced {
  return { of, options, shape: differencesShape(of, options) };
}

export function isDifferenced(input: Handle): input is Differenced {
  return "of" in input && "options" in input;
}

/** The array of an input, computed where it stands for differences. */
export function arrayOf(engine: Pick<Engine, "differences">, input: Handle): Handle {
  return isDifferenced(input) ? engine.differences(input.of, input.options) : input;
}

/** A function of named arrays as one that takes differences too, which are computed before. */
export function withDifferences<E, R>(
  body: (expressions: E, inputs: Readonly<Record<string, Handle>>) => R,
  { differences, dispose }: Pick<Engine, "differences" | "dispose">,
): (expressions: E, inputs: Readonly<Record<string, Handle>>) => R {
  return (expressions, inputs) => {
    const entries = Object.entries(inputs);
    if (!entries.some(([, input]) => isDifferenced(input))) return body(expressions, inputs);
    const made: Handle[] = [];
    try {
      const arrays = entries.map(([name, input]) => {
        const array = arrayOf({ differences }, input);
        if (array !== input) made.push(array);
        return [name, array] as const;
      });
      return body(expressions, Object.fromEntries(arrays));
    } finally {
      dispose(made);
    }
  };
}

/** `elementwise` of arrays, once or for several results one after the other, that takes differences too. */
export function elementwiseInTurn({
  elementwise,
  ...engine
}: Pick<Engine, "elementwise" | "differences" | "dispose">): Pick<Engine, "elementwise" | "elementwiseAll"> {
  const inTurn: Engine["elementwiseAll"] = (results, inputs) => {
    const known = { ...inputs };
    return Object.entries(results).map(([name, expression]) => {
      const result = elementwise(expression, known);
      known[name] = result;
      return result;
    });
  };
  return {
    elementwise: withDifferences(elementwise, engine),
    elementwiseAll: withDifferences(inTurn, engine),
  };
}

export function sameDifferences(a: DifferencesOptions, b: DifferencesOptions): boolean {
  return sameShape(a.axes, b.axes) && a.at === b.at && a.boundary === b.boundary && a.adjoint === b.adjoint;
}
