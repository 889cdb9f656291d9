import type { Block, Variable } from "../../ir/block.ts";
import type { IrDivision, IrProgram } from "../../ir/program.ts";
import { blocksOf } from "../../ir/variables.ts";
import type { Span } from "../../source/span.ts";
import { constant, type Dimension, multiply, roundingOf, text } from "../../types/dimension.ts";
import type { Space } from "../../types/space.ts";

type Sections = Pick<IrProgram, "functions" | "constants" | "prepare" | "initial" | "step" | "finish">;

/**
 * What has to divide what so that all arrays of a program have whole sizes, each at the place that asks for it first.
 * What library operators divide is left out: they are looked at where they are made.
 */
export function divisionsOf(program: Sections): readonly IrDivision[] {
  const blocks = [
    program.constants,
    program.prepare,
    ...program.functions.map(({ body }) => body),
    program.initial,
    ...(program.step === null ? [] : [program.step]),
    program.finish,
  ];
  const own = new Set(dimensionsOf(blocks.flatMap(operatorsOf)).map(text));
  const found = new Map<string, IrDivision>();
  for (const { dimension, span } of blocks.flatMap(placedDimensions)) {
    const division = divisionOf(dimension, span);
    if (division === null || own.has(text(dimension))) continue;
    const key = text(division.dividend);
    const known = found.get(key);
    found.set(
      key,
      known === undefined
        ? division
        : { ...known, divisor: leastCommonMultiple(known.divisor, division.divisor) },
    );
  }
  return [...found.values()];
}

interface PlacedDimension {
  readonly dimension: Dimension;
  readonly span: Span | null;
}

function placedDimensions(block: Block): readonly PlacedDimension[] {
  return block.equations.flatMap((equation) => [
    ...dimensionsOf(equation.outputs).map((dimension) => ({ dimension, span: equation.span })),
    ...blocksOf(equation).flatMap(placedDimensions),
  ]);
}

function operatorsOf({ equations }: Block): readonly Variable[] {
  return equations.flatMap(({ outputs }) => outputs.filter(({ type }) => type.kind === "operator"));
}

function dimensionsOf(variables: readonly Variable[]): readonly Dimension[] {
  return variables.flatMap(({ type }) => {
    if (type.kind === "trace") return [];
    return (type.kind === "value" ? [type.space] : [type.domain, type.codomain]).flatMap(axesOf);
  });
}

function axesOf(space: Space): readonly Dimension[] {
  if (space.kind === "product") return space.parts.flatMap(axesOf);
  return space.kind === "array" ? space.dimensions : [];
}

/** Null for a dimension that is whole whatever the sizes; what is rounded up is so by its own multiple. */
function divisionOf(dimension: Dimension, span: Span | null): IrDivision | null {
  const { terms } = dimension;
  const divisor = terms.reduce((product, { denominator }) => leastCommonMultiple(product, denominator), 1);
  const isRounded = terms.some(({ powers }) => powers.some(([name]) => roundingOf(name) !== null));
  if (divisor === 1 || isRounded) return null;
  return { dividend: multiply(constant(divisor), dimension), divisor, span };
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}
