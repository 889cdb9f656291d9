import type { ElementwiseExpression, ResultEnding } from "../../runtime/arrays/expression.ts";
import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { IrBuilder, parameter, type MapOf } from "../ir/build.ts";
import { termsOf } from "../ir/solve.ts";
import { arraySpace, spaceOf, TRUTH } from "../ir/spaces.ts";
import { definedBy, instantiated, renamed } from "../ir/variables.ts";
import { zeroOf } from "./algebra.ts";
import { NotDifferentiable } from "./notDifferentiable.ts";
import { Reversal } from "./reversal.ts";
import { guarded, savingForm } from "./saving.ts";
import { markVaried, variedCarried } from "./varied.ts";

type Cotangents = readonly (Variable | null)[];

/** A straight line of equations to be walked backwards, with the cotangents that it starts from. */
interface Line {
  readonly equations: readonly Equation[];
  readonly seeds: readonly (readonly [result: Variable, cotangent: Variable | null])[];
  readonly varied: ReadonlySet<Variable>;
}

/** x = M^-1 b: the cotangent of b is w = M^-1 g for a self-adjoint M; what M reads gets that of -<M x, w>. */
export function reverseSolve(equation: EquationOf<"solve">, g: Variable, r: Reversal): void {
  const [right] = equation.inputs;
  const [x] = equation.outputs;
  if (right === undefined || x === undefined) return;
  const { map, tolerance, maximum } = equation.attributes;
  const again: MapOf = (inner, v) => {
    const [image] = inner.inline(map, [v]);
    if (image === undefined) throw new Error("a map has a result");
    return image;
  };
  const w = r.builder.solve(r.masked(g), null, { tolerance, maximum }, again, termsOf(equation));
  r.contribute(right, w);
  const fixed = new Set(r.varied);
  fixed.delete(x);
  const { equations, results } = instantiated(map, [x]);
  if (!hasVaried(equations, results, fixed)) return;
  const minus = r.algebra.neg(w);
  const seeds = results.map((result) => [result, minus] as const);
  reverseStraight(r, r.mask, equations, seeds, fixed);
}

/** What results are reduced to where they are made, as operations of their own. */
const ENDINGS: { readonly [W in ResultEnding]: (builder: IrBuilder, x: Variable) => Variable } = {
  sum: (b, x) => b.sum(x),
  maximum: (b, x) => b.maximum(x),
  minimum: (b, x) => b.minimum(x),
  sumSamples: (b, x) => b.sumSamples(x),
  sumChannels: (b, x) => {
    const space = spaceOf(x);
    const dimensions = space.kind === "array" ? space.dimensions.slice(-1) : [];
    return b.sumSamples(b.sumTo(x, arraySpace("real", dimensions)));
  },
};

/** Fused expressions are walked backwards as the equations that they stand for. */
export function reverseFused(equation: EquationOf<"fused">, cotangents: Cotangents, r: Reversal): void {
  const { inputs, results, endings = {} } = equation.attributes;
  const known = new Map(inputs.map((name, i) => [name, equation.inputs[i]]));
  const scratch = new IrBuilder(r.builder.functions, r.builder);
  const value = (expression: ElementwiseExpression): Variable => {
    switch (expression.kind) {
      case "constant":
        return scratch.constant(expression.value);
      case "apply":
        return scratch.elementwise(expression.function, expression.arguments.map(value));
      case "input": {
        const input = known.get(expression.name);
        if (input === undefined) throw new Error(`the expression has no input ${expression.name}`);
        return input;
      }
    }
  };
  const seeds = Object.entries(results).map(([name, expression], i) => {
    const result = value(expression);
    known.set(name, result);
    const ending = endings[name];
    return [ending === undefined ? result : ENDINGS[ending](scratch, result), cotangents[i] ?? null] as const;
  });
  reverseStraight(r, r.mask, scratch.equations, seeds);
}

/**
 * The side that was taken is computed once more. Where samples take different sides, both are, and each contributes
 * only for the samples that took it.
 */
export function reverseBranch(equation: EquationOf<"branch">, cotangents: Cotangents, r: Reversal): void {
  const [condition] = equation.inputs;
  if (condition === undefined) return;
  const { whenTrue, whenFalse } = equation.attributes;
  if (condition.shared) {
    reverseBranchTogether(condition, [whenTrue, whenFalse], cotangents, r);
    return;
  }
  const { algebra: e, mask } = r;
  const within = (side: Variable): Variable => (mask === null ? side : e.call("and", mask, side));
  for (const [block, side] of [
    [whenTrue, condition],
    [whenFalse, e.call("not", condition)],
  ] as const) {
    const { equations, results } = instantiated(block, []);
    const seeds = results.map((result, i) => [result, cotangents[i] ?? null] as const);
    if (hasVaried(equations, results, r.varied)) reverseStraight(r, within(side), equations, seeds);
  }
}

/** Whether a result depends on what is varied. */
export function hasVaried(
  equations: readonly Equation[],
  results: readonly Variable[],
  known: ReadonlySet<Variable>,
): boolean {
  const varied = new Set(known);
  markVaried(equations, varied);
  return results.some((result) => varied.has(result));
}

/** Runs equations forwards once more, in the lanes of the mask, and backwards. */
export function reverseStraight(
  r: Reversal,
  mask: Variable | null,
  equations: readonly Equation[],
  seeds: Line["seeds"],
  known: ReadonlySet<Variable> = r.varied,
): void {
  const safe = mask === r.mask ? equations : guarded(equations, mask, r.builder.functions);
  const varied = new Set(known);
  markVaried(safe, varied);
  const form = savingForm(safe, known, r.tools);
  form.equations.forEach((equation) => {
    r.builder.append(equation);
  });
  const line: Line = { equations: form.equations, seeds, varied };
  const inside = walked(new Reversal({ ...settingsOf(r), savings: form.savings }), r.builder, mask, line);
  passOn(inside, r, form.equations, mask === r.mask ? null : mask);
}

function reverseBranchTogether(
  condition: Variable,
  blocks: readonly [Block, Block],
  cotangents: Cotangents,
  r: Reversal,
): void {
  const sides = blocks.map((block) => {
    const builder = new IrBuilder(r.builder.functions, r.builder);
    const { equations, results } = instantiated(block, []);
    const varied = new Set(r.varied);
    markVaried(equations, varied);
    const form = savingForm(equations, r.varied, r.tools);
    form.equations.forEach((each) => {
      builder.append(each);
    });
    const seeds = results.map((result, i) => [result, cotangents[i] ?? null] as const);
    const outer = new Reversal({ ...settingsOf(r), savings: form.savings });
    const inside = walked(outer, builder, r.mask, { equations: form.equations, seeds, varied });
    return { builder, inside, reached: reachedOutside(inside, form.equations) };
  });
  const captured = [...new Set(sides.flatMap((side) => side.reached))];
  if (captured.length === 0) return;
  const [whenTrue, whenFalse] = sides.map(({ builder, inside }): Block => {
    const results = captured.map(
      (variable) => inside.cotangent(variable) ?? zeroOf(builder, spaceOf(variable)),
    );
    return { parameters: [], equations: builder.equations, results };
  });
  if (whenTrue === undefined || whenFalse === undefined) return;
  const outputs = r.builder.emit(
    "branch",
    { whenTrue, whenFalse },
    [condition],
    captured.map((variable) => variable.name),
  );
  captured.forEach((variable, i) => {
    r.contribute(variable, outputs[i] ?? null);
  });
}

/** Rounds are computed once more from what was carried into them, last one first. */
export function reverseLoop(equation: EquationOf<"loopSaving">, cotangents: Cotangents, r: Reversal): void {
  const { body } = equation.attributes;
  const trace = equation.outputs.at(-1);
  if (trace?.type.kind !== "trace") throw new Error("a loop that has kept no trace");
  const varied = variedCarried(
    body,
    equation.inputs.map((input) => r.varied.has(input)),
    r.varied,
  );
  const starts = equation.inputs.map(
    (input, i) => (varied[i] === true ? cotangents[i] : null) ?? zeroOf(r.builder, spaceOf(input)),
  );
  const round = reversedRound(body, varied, trace.shared, r);
  const zeros = round.captured.map((variable) => zeroOf(r.builder, spaceOf(variable)));
  const outputs = r.builder.emit(
    "loopAdjoint",
    { body: round.block, carried: equation.inputs.length },
    [trace, ...starts, ...zeros],
    [...equation.inputs, ...round.captured].map((variable) => variable.name),
  );
  [...equation.inputs, ...round.captured].forEach((variable, i) => {
    r.contribute(variable, outputs[i] ?? null);
  });
}

/** The block that takes what a round began with and cotangents of what it ended with, and who is running. */
function reversedRound(
  body: Block,
  varied: readonly boolean[],
  together: boolean,
  r: Reversal,
): { readonly block: Block; readonly captured: readonly Variable[] } {
  const copy = renamed(body);
  const builder = new IrBuilder(r.builder.functions, r.builder);
  const inSum = together && r.samples === "sum";
  const incoming = copy.parameters.map((each) => ({ ...each, name: `${each.name}_bar`, shared: inSum }));
  const active = parameter("active", TRUTH, together);
  const before = new Set(r.varied);
  copy.parameters.forEach((each, i) => {
    if (varied[i] === true) before.add(each);
  });
  const safe = guarded(copy.equations, active, r.builder.functions);
  const form = savingForm(safe, before, r.tools);
  form.equations.forEach((each) => {
    builder.append(each);
  });
  markVaried(form.equations, before);
  const inside = walked(new Reversal({ ...settingsOf(r), savings: form.savings }), builder, active, {
    equations: form.equations,
    seeds: copy.results.map((result, i) => [result, incoming[i] ?? null] as const),
    varied: before,
  });
  const own = new Set(copy.parameters);
  const captured = reachedOutside(inside, form.equations).filter((variable) => !own.has(variable));
  const result = (variable: Variable): Variable =>
    inside.cotangent(variable) ?? zeroOf(builder, spaceOf(variable));
  const results = [...copy.parameters, ...captured].map(result);
  return {
    block: { parameters: [...copy.parameters, ...incoming, active], equations: builder.equations, results },
    captured,
  };
}

/** A function of the module is reversed by its adjoint function. */
export function reverseCall(equation: EquationOf<"call">, cotangents: Cotangents, r: Reversal): void {
  const saving = r.savings.get(equation);
  if (saving === undefined) throw new NotDifferentiable(`${equation.attributes.function}`, equation.span);
  const adjoint = saving.adjoint(equation.inputs.map((input) => r.varied.has(input)));
  const results = saving.original.body.results;
  const apart = equation.outputs.some((output) => !output.shared);
  if (r.samples === "separate" && adjoint.of.some((i) => equation.inputs[i]?.shared === true && apart)) {
    throw new NotDifferentiable(`${saving.original.name} by what all samples share`, equation.span);
  }
  const given = results.map((result, i) => r.masked(cotangents[i] ?? zeroOf(r.builder, spaceOf(result))));
  const inputs = [
    ...adjoint.inputs.map((i) => equation.inputs[i]),
    ...adjoint.saved.map((i) => equation.outputs[results.length + i]),
    ...given,
  ].filter((input) => input !== undefined);
  const outputs = r.builder.call(adjoint.called, inputs);
  adjoint.of.forEach((i, place) => {
    const input = equation.inputs[i];
    if (input !== undefined) r.contribute(input, outputs[place] ?? null);
  });
}

function settingsOf(r: Reversal): ConstructorParameters<typeof Reversal>[0] {
  const { builder, samples, mask, varied, savings, tools } = r;
  return { builder, samples, mask, varied, savings, tools };
}

/** Walks a line backwards with cotangents of its own; what they reach outside is to be passed on. */
function walked(r: Reversal, builder: IrBuilder, mask: Variable | null, line: Line): Reversal {
  const inside = new Reversal({ ...settingsOf(r), builder, mask, varied: line.varied });
  for (const [result, cotangent] of line.seeds) inside.contribute(result, cotangent);
  r.tools.walk(line.equations, inside);
  return inside;
}

function reachedOutside(inside: Reversal, equations: readonly Equation[]): readonly Variable[] {
  const own = new Set(definedBy({ parameters: [], equations, results: [] }));
  return inside.reached.filter((variable) => !own.has(variable));
}

/** Contributes what a line has found outside itself; only in the lanes of a mask, if there is one. */
function passOn(
  inside: Reversal,
  r: Reversal,
  equations: readonly Equation[],
  mask: Variable | null = null,
): void {
  for (const variable of reachedOutside(inside, equations)) {
    const cotangent = inside.cotangent(variable);
    if (cotangent === null) continue;
    const summed = r.samples === "sum" && variable.shared;
    r.contribute(variable, mask === null || summed ? cotangent : r.algebra.where(mask, cotangent));
  }
}
