import type { Program, Step } from "../../kernels/encode/program.ts";
import { joinedAxes } from "../arena/operations/rows.ts";
import { isDifferenced } from "../differences.ts";
import type { Handle } from "../engine.ts";
import { isPairPart } from "../pairs.ts";
import { sizeOf } from "../shape.ts";
import { differencesLength, differencesText, differencesWords } from "./differences.ts";
import { LIBRARY, ruleOf } from "./functions.ts";
import { bitsOf } from "./kernel.ts";

/** How an input runs along the result: entry by entry, as one number, or by strides. */
type Mode = "along" | "single" | "strided";

/** How a kernel reads an input: from which of its arrays, as entries, differences or their adjoint, or parts of pairs. */
interface Reading {
  readonly array: number;
  readonly mode: Mode;
  readonly stencil: "none" | "forward" | "adjoint";
  readonly part: 0 | 1 | null;
}

/** The inputs of a program for a kernel. */
export interface Bound {
  readonly arrays: readonly Handle[];
  readonly readings: readonly Reading[];
  /** the same for inputs that are read alike */
  readonly key: string;
  /** the number of axes of places, words of differences, constants, and places of arrays that repeat */
  readonly words: readonly number[];
}

/** Inputs in the program's order, differences and parts of pairs among them, along the shape that they share. */
export function boundTo(program: Program, inputs: readonly Handle[], shape: readonly number[]): Bound {
  const arrays = [...new Set(inputs.map(arrayOf))];
  const axes = joinedAxes(
    shape,
    inputs.map((input) => input.shape),
  ).toReversed();
  const readings = inputs.map((input, at): Reading => {
    const single = axes.every(({ strides }) => strides[at] === 0);
    const mode = sizeOf(input.shape) === sizeOf(shape) ? "along" : single ? "single" : "strided";
    const common = { array: arrays.indexOf(arrayOf(input)), mode, part: null } as const;
    if (isPairPart(input)) return { ...common, stencil: "none", part: input.part };
    if (!isDifferenced(input)) return { ...common, stencil: "none" };
    return { ...common, stencil: input.options.adjoint ? "adjoint" : "forward" };
  });
  const places = readings.flatMap(({ mode }, at) => {
    if (mode !== "strided") return [];
    return [...axes.map(({ extent }) => extent), ...axes.map(({ strides }) => strides[at] ?? 0)];
  });
  const stencils = inputs.filter(isDifferenced).flatMap((input) => differencesWords(input));
  return {
    arrays,
    readings,
    key: `${program.structure}|${readings.map((each) => Object.values(each).join(" ")).join()}`,
    words: [axes.length, ...stencils, ...program.constants.map(bitsOf), ...places],
  };
}

function arrayOf(input: Handle): Handle {
  return isPairPart(input) || isDifferenced(input) ? input.of : input;
}

/** WGSL that computes the steps of a program at entry number `i`: x0, x1, .... */
export interface EntryText {
  readonly declarations: string;
  /** before the first entry */
  readonly start: string;
  readonly steps: string;
}

/**
 * The text of a program: a line for each step, and, where norms of pairs are wanted, y0, y1, ... at the other entry of
 * each pair. Of the words of `boundTo` the first is named `rank`, and the others stand from `behind` on.
 */
export function entryText({ steps, constants }: Program, { readings }: Bound, behind: string): EntryText {
  const entryOf = (at: number, own: boolean): string => {
    const { array = 0, mode = "along", stencil = "none", part = null } = readings[at] ?? {};
    const place = placeOf[mode](at, own ? "i" : "(i ^ 1u)");
    if (stencil !== "none") return `difference${at}(${place}, words${at})`;
    return part === null ? `a${array}[${place}]` : `a${array}[2u * ${place} + ${part}u]`;
  };
  const placeOf: { readonly [M in Mode]: (at: number, index: string) => string } = {
    along: (_, index) => index,
    single: () => "0u",
    strided: (at, index) => {
      const before = readings.slice(0, at).filter(({ mode }) => mode === "strided").length;
      return `place(${index}, behind + ${constants.length}u + ${2 * before}u * rank, rank)`;
    },
  };
  const textOf = (step: Step, own: string, other: string): string => {
    switch (step.kind) {
      case "input":
        return entryOf(step.index, own === "x");
      case "constant":
        return `float(behind + ${step.index}u)`;
      case "apply": {
        const [a = 0, b = 0, c = 0] = step.arguments;
        const norm = `root(${own}${a} * ${own}${a} + ${other}${a} * ${other}${a})`;
        return ruleOf(step.function)?.(`${own}${a}`, `${own}${b}`, `${own}${c}`) ?? norm;
      }
    }
  };
  const ofPairs = steps.some((step) => step.kind === "apply" && step.function === "pairNorm");
  const lines = steps.flatMap((step, index) => [
    `  let x${index} = ${textOf(step, "x", "y")};`,
    ...(ofPairs ? [`  let y${index} = ${textOf(step, "y", "x")};`] : []),
  ]);
  const stencils = readings.flatMap(({ stencil, array }, at) =>
    stencil === "none" ? [] : [{ stencil, array, at }],
  );
  const texts = stencils.map(({ stencil, array, at }) =>
    differencesText(`difference${at}`, `a${array}`, stencil === "adjoint"),
  );
  return {
    declarations: [LIBRARY, ...texts].join("\n"),
    start: [
      `  var behind = ${behind};`,
      ...stencils.flatMap(({ at }) => [
        `  let words${at} = behind;`,
        `  behind += ${differencesLength("behind")};`,
      ]),
    ].join("\n"),
    steps: lines.join("\n"),
  };
}
