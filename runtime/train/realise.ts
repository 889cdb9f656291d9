import { handlesOf, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { namesAtStep, type IntervalNow } from "../program/intervals.ts";
import { withParameters, type BoundProgram } from "../program/bound.ts";
import type { Known } from "../program/definition.ts";
import { INTERVAL_RULES } from "./intervalRules.ts";
import { parametersByName, variablesOf, type Raws, type Variable } from "./variables.ts";

/** Raw arrays, and the values inside their intervals that they stand for. */
export interface Realised {
  readonly raws: Raws;
  readonly values: Raws;
}

/**
 * Brings all variables into their intervals and sets, in order of declaration: the ends of an interval see the values that were
 * just brought in before. Call it inside a scope that keeps `realisedHandles`.
 */
export function realise(program: BoundProgram, raws: Raws): Realised {
  const kept = new Map(raws);
  const values = new Map(raws);
  for (const variable of variablesOf(program)) {
    const raw = raws.get(variable.key);
    if (raw === undefined) continue;
    const { projection } = variable.declaration;
    if (projection !== null) {
      const nearest = projection(program.operations, namesNow(program, values, variable));
      values.set(variable.key, nearest);
      kept.set(variable.key, nearest);
      continue;
    }
    const interval = intervalNow(program, values, variable);
    if (interval === null) continue;
    const rule = INTERVAL_RULES[variable.declaration.via];
    const value = rule.value(program.operations, interval, raw);
    values.set(variable.key, value);
    if (rule.isValue) kept.set(variable.key, value);
  }
  return { raws: kept, values };
}

/** The handles of realised variables. */
export function realisedHandles({ raws, values }: Realised): readonly Handle[] {
  return [...raws.values(), ...values.values()].flatMap(handlesOf);
}

/** Raw arrays for the values that a program has. Call it inside a scope. */
export function rawsOf(program: BoundProgram, values: Raws): Raws {
  return new Map(
    variablesOf(program).map((variable) => {
      const value = valueOf(values, variable);
      const interval = intervalNow(program, values, variable);
      if (interval === null) return [variable.key, value];
      const rule = INTERVAL_RULES[variable.declaration.via];
      return [variable.key, rule.raw(program.operations, interval, value)];
    }),
  );
}

/** Gradients by the raw arrays, of those by the values. Call it inside a scope. */
export function rawGradients(program: BoundProgram, realised: Realised, gradients: Raws): Raws {
  return new Map(
    variablesOf(program).flatMap((variable) => {
      const gradient = gradients.get(variable.key);
      if (gradient === undefined) return [];
      const rule = INTERVAL_RULES[variable.declaration.via];
      const interval = rule.isValue ? null : intervalNow(program, realised.values, variable);
      if (interval === null) return [[variable.key, gradient] as const];
      const raw = valueOf(realised.raws, variable);
      return [[variable.key, rule.gradient(program.operations, interval, raw, gradient)] as const];
    }),
  );
}

function valueOf(values: Raws, { key }: Variable): Value {
  const value = values.get(key);
  if (value === undefined) throw new TypeError(`The variable \`${key}\` has no value.`);
  return value;
}

function intervalNow(program: BoundProgram, values: Raws, variable: Variable): IntervalNow | null {
  const { interval } = variable.declaration;
  if (interval === null) return null;
  return interval(program.operations, namesNow(program, values, variable));
}

function namesNow(program: BoundProgram, values: Raws, variable: Variable): Known {
  return namesAtStep(withParameters(program, parametersByName(program, values)), variable.index);
}
