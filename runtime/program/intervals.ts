import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import { readLanes, type Task } from "../solve/task.ts";
import { BindingError } from "./bindingError.ts";
import type { BoundProgram } from "./bound.ts";
import type { Known, ParameterDeclaration } from "./definition.ts";
import { valueAtStep } from "./parameters.ts";

/** The ends of a parameter's interval now. */
export type IntervalNow = NonNullable<ReturnType<NonNullable<ParameterDeclaration["interval"]>>>;

/**
 * The names that a parameter's interval may read in a step: what is given, and the values of all parameters there.
 */
export function namesAtStep(program: BoundProgram, step: number): Known {
  const parameters = [...program.parameters].map(([name, values]) => [
    name,
    valueAtStep(name, values, step, "last"),
  ]);
  const givens = [...program.stepGivens].map(([name, values]) => [
    name,
    valueAtStep(name, values, step, "last"),
  ]);
  return { ...program.known, ...Object.fromEntries(givens), ...Object.fromEntries(parameters) };
}

/** By how much of the value's scale a value may lie outside, for rounding. */
function tolerance(operations: Operations): number {
  return operations.engine.significand === 53 ? 1e-12 : 1e-6;
}

/**
 * Checks that every parameter lies in its interval or set, in every step.
 * @throws BindingError IPX8007
 */
export function* requireIntervals(program: BoundProgram): Task<void> {
  const { operations, definition } = program;
  if (!operations.engine.computes) return;
  for (const declaration of definition.parameters) {
    const values = program.parameters.get(declaration.name) ?? [];
    const checked = new Set<Value>();
    for (const [step, value] of values.entries()) {
      const { interval, projection } = declaration;
      if ((interval === null && projection === null) || checked.has(value)) continue;
      checked.add(value);
      const names = namesAtStep(program, step);
      const measured = operations.engine.scope(
        () =>
          projection === null
            ? excess(operations, declaration, names, value)
            : distance(operations, projection(operations, names), value),
        (numbers) => numbers.flatMap(handlesOf),
      );
      const numbers = yield* readLanes(measured, 1);
      operations.engine.dispose(measured.flatMap(handlesOf));
      const [[below = 0] = [], [above = 0] = [], [scale = 1] = []] = numbers;
      if (!Number.isFinite(scale)) throw notFinite(declaration);
      const room = tolerance(operations) * scale;
      if (below > room || above > room || Number.isNaN(below + above)) {
        const side =
          projection === null
            ? below > above
              ? "below its interval"
              : "above its interval"
            : "outside of its set";
        throw outside(declaration, side, Math.max(below, above));
      }
    }
  }
}

/** The largest distances below the lower end and above the upper end, and the largest modulus. */
function excess(
  operations: Operations,
  declaration: ParameterDeclaration,
  names: Known,
  value: Value,
): readonly ArrayValue[] {
  const interval = declaration.interval?.(operations, names);
  const zero = operations.number(0);
  const low = interval?.low;
  const high = interval?.high;
  return [
    low ? operations.maximum(operations.map("low - x", { low, x: value })) : zero,
    high ? operations.maximum(operations.map("x - high", { high, x: value })) : zero,
    operations.maximum(operations.map("abs(x)", { x: value })),
  ];
}

/** The distance to the nearest value that is allowed, and the largest modulus. */
function distance(operations: Operations, nearest: Value, value: Value): readonly ArrayValue[] {
  const gap = operations.norm2(operations.map("x - y", { x: value, y: nearest }));
  return [gap, operations.number(0), operations.maximum(operations.map("abs(x)", { x: value }))];
}

function notFinite({ name }: ParameterDeclaration): BindingError {
  return new BindingError("IPX8007", name, {
    what: `The parameter \`${name}\` is not finite.`,
    why: "Nothing can be computed with it.",
    hint: "Where its start divides by a Lipschitz constant or a norm, bind data for which that is not 0.",
  });
}

function outside({ name }: ParameterDeclaration, side: string, by: number): BindingError {
  return new BindingError("IPX8007", name, {
    what: `The parameter \`${name}\` lies ${side} by ${by.toPrecision(3)}.`,
    why: "Its values are kept where the program says, from the start.",
    hint: "Bind data that admit this value, or change the start.",
  });
}
