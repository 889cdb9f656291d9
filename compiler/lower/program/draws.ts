import type { Draw, Expression } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import type { IrDistribution, IrDraw } from "../../ir/program.ts";
import { sizeOf } from "../../check/sizes.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { constant, type Dimension } from "../../types/dimension.ts";
import { REAL, type Space } from "../../types/space.ts";
import type { Typed } from "../../types/typing.ts";
import { Limitation } from "../limitation.ts";
import { lowerValue } from "../recursion.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable, value } from "../values.ts";

/** `draw x from ...`: a name of its own in the program, whose numbers the runtime draws. */
export function runDraw(site: Site, draw: Draw<Typed>, when: IrDraw["when"]): void {
  const symbol = symbolOf(draw.declaration);
  const { type } = symbol.typing;
  if (type.kind !== "value") throw new Limitation("this draw", draw.span);
  const { distribution } = draw;
  const [of, ends] = distributionOf(site, distribution);
  const weights = weightsOf(distribution);
  const space = weights === null ? type.space : REAL;
  const drawn = declared(site, draw, when, { of: weights === null ? of : { kind: "uniform" }, space });
  const result =
    weights !== null
      ? byWeights(site, weights, drawn)
      : of.kind === "uniform"
        ? onInterval(site, drawn, ends)
        : drawn;
  site.scope.define(symbol, value(result));
}

/** The variable that stands for the numbers of a draw in this round of its loops. */
function declared(
  site: Site,
  draw: Draw<Typed>,
  when: IrDraw["when"],
  { of, space }: { readonly of: IrDistribution; readonly space: Space },
): Variable {
  const { builder, program } = site;
  const rounds = site.rounds ?? [];
  const written = rounds.flatMap((each) => (each.kind === "written" ? [each.number] : []));
  const counted = rounds.flatMap((each) => (each.kind === "counted" ? [each] : []));
  const loop = counted.reduce((count, { maximum }) => count * maximum, 1);
  const [first, ...inner] = counted;
  const variable: Variable = {
    name: program.draws.free(draw.name.name),
    type: { kind: "value", space: first === undefined ? space : withRounds(space, loop, draw) },
    shared: false,
  };
  program.draws.add({
    variable,
    training: false,
    when,
    statement: program.draws.statement(draw.span.start),
    rounds: written,
    loop: first === undefined ? null : loop,
    of,
  });
  if (first === undefined) return variable;
  const round = inner.reduce((before, { number, maximum }) => {
    const scaled = builder.elementwise("mul", [before, builder.constant(maximum)]);
    return builder.elementwise("add", [scaled, number]);
  }, first.number);
  return builder.rows(variable, round);
}

function withRounds(space: Space, rounds: number, draw: Draw<Typed>): Space {
  if (space.kind !== "array") throw new Limitation("a draw in a long loop that is no array", draw.span);
  return { ...space, dimensions: [constant(rounds), ...space.dimensions] };
}

/** Numbers on [0, 1) moved to [a, b). */
function onInterval(site: Site, drawn: Variable, ends: readonly Expression<Typed>[]): Variable {
  const { builder: b } = site;
  const [low, high] = ends.map((end) => lowerValue(site, end));
  if (low === undefined || high === undefined) throw new Error("a uniform draw has two ends");
  const width = b.elementwise("sub", [high, low]);
  return b.elementwise("add", [low, b.elementwise("mul", [width, drawn])]);
}

/** The index at which the sums of the weights first exceed a number on [0, total) (inversion of the distribution). */
function byWeights(site: Site, weights: Expression<Typed>, drawn: Variable): Variable {
  const { builder: b } = site;
  const sums = b.cumulativeSum(lowerValue(site, weights));
  const space = spaceOfVariable(sums);
  const [extent] = space.kind === "array" ? space.dimensions : [];
  if (extent === undefined) throw new Error("weights are an array");
  const level = b.elementwise("mul", [drawn, b.maximum(sums)]);
  const below = b.sum(b.elementwise("lessEqual", [sums, level]));
  return b.elementwise("min", [below, b.elementwise("sub", [b.size(extent), b.constant(1)])]);
}

function distributionOf(
  site: Site,
  distribution: Expression<Typed>,
): readonly [IrDistribution, readonly Expression<Typed>[]] {
  if (
    distribution.kind === "name" &&
    (distribution.name === "normal" || distribution.name === "rademacher")
  ) {
    return [{ kind: distribution.name }, []];
  }
  const call = distribution.kind === "call" ? distribution.call : null;
  if (call?.kind !== "library") throw new Limitation("this distribution", distribution.span);
  switch (call.name) {
    case "normal":
    case "rademacher":
    case "uniform":
      return [{ kind: call.name }, call.arguments];
    case "index":
    case "batch":
      return [{ kind: call.name, below: below(site, call.arguments[0], distribution) }, []];
    default:
      throw new Limitation("this distribution", distribution.span);
  }
}

function below(site: Site, count: Expression<Typed> | undefined, whole: Expression<Typed>): Dimension {
  const dimension = count === undefined ? null : sizeOf(site.program, count);
  if (dimension === null) throw new Limitation("a draw below what is no size", whole.span);
  return dimension;
}

function weightsOf(distribution: Expression<Typed>): Expression<Typed> | null {
  if (distribution.kind !== "call" || distribution.call.kind !== "library") return null;
  const { weights } = distribution.call.settings;
  return weights?.kind === "expression" ? weights.value : null;
}
