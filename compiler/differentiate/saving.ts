import type { Block, Equation, Variable } from "../ir/block.ts";
import { IrBuilder } from "../ir/build.ts";
import type { Functions } from "../ir/functions.ts";
import { equationOf, readBy } from "../ir/variables.ts";
import type { FunctionReverse, ReverseTools, Savings } from "./tools.ts";
import { markVaried } from "./varied.ts";

/** Equations in the form that keeps what their reverse reads, and what it may be undone to. */
export interface SavingForm {
  readonly equations: readonly Equation[];
  readonly savings: Savings;
  /** the plain equation of each that saves */
  readonly plain: ReadonlyMap<Equation, Equation>;
}

/** Loops keep traces, and functions are called in their saving form, where a derivative goes through them. */
export function savingForm(
  equations: readonly Equation[],
  varied: ReadonlySet<Variable>,
  tools: ReverseTools,
): SavingForm {
  const inside = new Set(varied);
  markVaried(equations, inside);
  const savings = new Map<Equation, FunctionReverse>();
  const plain = new Map<Equation, Equation>();
  const changed = equations.map((equation): Equation => {
    if (!equation.outputs.some((output) => inside.has(output))) return equation;
    if (equation.operation === "loop") {
      const shared = equation.outputs.every((output) => output.shared);
      const trace: Variable = { name: "trace", type: { kind: "trace" }, shared };
      const saving = equationOf({
        ...equation,
        operation: "loopSaving",
        outputs: [...equation.outputs, trace],
      });
      plain.set(saving, equation);
      return saving;
    }
    if (equation.operation !== "call") return equation;
    const reverse = tools.reverseOf(
      equation.attributes.function,
      equation.inputs.map((input) => inside.has(input)),
    );
    const saving = callOfSaving(equation, reverse);
    savings.set(saving, reverse);
    plain.set(saving, equation);
    return saving;
  });
  return { equations: changed, savings, plain };
}

/** The equations, with those in their plain form again whose additional outputs nobody reads. */
export function undone(form: SavingForm, read: ReadonlySet<Variable>): readonly Equation[] {
  const inside = new Set([...read, ...form.equations.flatMap(readBy)]);
  return form.equations.map((equation) => {
    const plain = form.plain.get(equation);
    if (plain === undefined) return equation;
    const additional = equation.outputs.slice(plain.outputs.length);
    return additional.some((output) => inside.has(output)) ? equation : plain;
  });
}

function callOfSaving(equation: Equation, { save }: FunctionReverse): Equation {
  const together = equation.inputs.every((input) => input.shared);
  const kept = save.body.results
    .slice(equation.outputs.length)
    .map((each) => ({ ...each, shared: together || each.shared }));
  return equationOf({
    ...equation,
    operation: "call",
    attributes: { function: save.name },
    outputs: [...equation.outputs, ...kept],
  });
}

/**
 * The equations with inputs that are safe in lanes that do not count: there, loops do not run, and solves and
 * functions see zeros.
 */
export function guarded(
  equations: readonly Equation[],
  mask: Variable | null,
  functions: Functions,
): readonly Equation[] {
  if (mask === null || mask.shared) return equations;
  const builder = new IrBuilder(functions);
  const safe = (input: Variable): Variable =>
    input.shared ? input : builder.elementwise("select", [mask, input, builder.constant(0)]);
  for (const equation of equations) {
    builder.span = equation.span;
    builder.append(guardedEquation(equation, mask, safe, functions));
  }
  return builder.equations;
}

function guardedEquation(
  equation: Equation,
  mask: Variable,
  safe: (input: Variable) => Variable,
  functions: Functions,
): Equation {
  switch (equation.operation) {
    case "solve": {
      const [right, ...start] = equation.inputs;
      return right === undefined ? equation : { ...equation, inputs: [safe(right), ...start] };
    }
    case "call":
      return { ...equation, inputs: equation.inputs.map(safe) };
    case "loop":
    case "loopSaving": {
      const { condition } = equation.attributes;
      if (condition.results.every((result) => result.shared)) return equation;
      return equationOf({
        ...equation,
        attributes: { ...equation.attributes, condition: guardedCondition(condition, mask, functions) },
      });
    }
    default:
      return equation;
  }
}

function guardedCondition(condition: Block, mask: Variable, functions: Functions): Block {
  const builder = new IrBuilder(functions);
  condition.equations.forEach((equation) => {
    builder.append(equation);
  });
  const results = condition.results.map((result) => builder.elementwise("and", [mask, result]));
  return { parameters: condition.parameters, equations: builder.equations, results };
}
