import type { Value } from "../arrays/value.ts";
import type { BoundProgram } from "../program/bound.ts";
import type { ParameterDeclaration } from "../program/definition.ts";
import type { Parameters } from "../program/parameters.ts";

/** One array that an optimiser moves: a parameter, or its value in one step. */
export interface Variable {
  /** `theta`, `theta/3` */
  readonly key: string;
  readonly declaration: ParameterDeclaration;
  /** the index of its value; 0 for a parameter that all steps share */
  readonly index: number;
}

/**
 * The variables of a program: parameters in order of declaration, steps in order. Those of a program that it calls stand
 * still.
 */
export function variablesOf(program: BoundProgram): readonly Variable[] {
  return learnedBy(program).flatMap((declaration) =>
    (program.parameters.get(declaration.name) ?? []).map((_, index) => ({
      key: declaration.perStep ? `${declaration.name}/${index}` : declaration.name,
      declaration,
      index,
    })),
  );
}

function learnedBy({ definition }: BoundProgram): readonly ParameterDeclaration[] {
  return definition.parameters.filter(({ of }) => of === undefined);
}

/** What the optimiser moves, by the keys of variables: values, or what a reparameterisation maps to them. */
export type Raws = ReadonlyMap<string, Value>;

/** Parameters by the keys of variables. */
export function valuesByKey(program: BoundProgram, parameters: Parameters): Raws {
  return new Map(
    variablesOf(program).flatMap(({ key, declaration, index }) => {
      const value = parameters.get(declaration.name)?.[index];
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/** The reverse of `valuesByKey`, with the parameters that stand still. */
export function parametersByName(program: BoundProgram, values: Raws): Parameters {
  const fixed = program.definition.parameters.filter(({ of }) => of !== undefined);
  const parameters = new Map<string, Value[]>(
    fixed.map(({ name }) => [name, [...(program.parameters.get(name) ?? [])]]),
  );
  for (const { key, declaration } of variablesOf(program)) {
    const value = values.get(key);
    if (value === undefined) throw new TypeError(`The variable \`${key}\` has no value.`);
    parameters.set(declaration.name, [...(parameters.get(declaration.name) ?? []), value]);
  }
  return parameters;
}

/** A complex array as pairs of real numbers, which optimisers treat one by one. Shares the handle. */
export function asPairs(value: Value): Value {
  if (value.kind === "product") return { kind: "product", parts: value.parts.map(asPairs) };
  return value.field === "real" ? value : { ...value, field: "real", shape: [...value.shape, 2] };
}

/** The reverse of `asPairs`, for a value like `model`. */
export function likeModel(value: Value, model: Value): Value {
  if (value.kind === "product" || model.kind === "product") return value;
  return model.field === "real" ? value : { ...value, field: "complex", shape: model.shape };
}
