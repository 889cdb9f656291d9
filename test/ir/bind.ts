import type { Variable } from "../../compiler/ir/block.ts";
import type { ReferenceOperator, ReferenceSpace } from "../../compiler/ir/evaluate/array.ts";
import { matrixOperator } from "../../compiler/ir/evaluate/operators/matrix.ts";
import { bindSpace } from "../../compiler/ir/evaluate/rules.ts";
import { realArray, numberArray } from "../../compiler/ir/evaluate/array.ts";
import { evaluateBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import { type Item, Lanes, type LaneValue, type Setting } from "../../compiler/ir/evaluate/lanes.ts";
import { isNumber } from "../../compiler/ir/spaces.ts";
import type { ProgramBindings } from "../../compiler/ir/evaluate/program.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { Dice, randomLanes, randomValue, setting } from "./lab.ts";

/** Random values for all that a program declares: its defaults where it has them; numbers positive, masks binary. */
export function bindingsFor(
  program: IrProgram,
  lanes: number,
  steps: number,
  seed: number,
  where: Setting = setting(),
): ProgramBindings {
  const dice = new Dice(seed);
  const values = new Map<Variable, LaneValue>();
  const perStep = new Map<Variable, readonly LaneValue[]>();
  for (const data of [...program.givens, ...program.inputs]) {
    const known = new Lanes(lanes);
    values.forEach((value, variable) => {
      known.bind(variable, value);
    });
    const [initial] = data.initial === null ? [] : evaluateBlock(data.initial, [], known, where);
    const binary = data.properties.some((property) => property.name === "binary");
    values.set(data.variable, initial ?? randomFor(data.variable, lanes, dice, where, binary));
  }
  for (const { variable, perStep: each } of program.parameters) {
    const random = (): LaneValue => randomFor(variable, lanes, dice, where, false);
    if (each) perStep.set(variable, Array.from({ length: steps }, random));
    else values.set(variable, random());
  }
  return { lanes, sizes: where.sizes, spaces: where.spaces, values, perStep };
}

function randomFor(
  variable: Variable,
  lanes: number,
  dice: Dice,
  where: Setting,
  binary: boolean,
): LaneValue {
  const { type } = variable;
  const all = (make: () => Item): LaneValue =>
    variable.shared
      ? { shared: true, value: make() }
      : { shared: false, values: Array.from({ length: lanes }, make) };
  if (type.kind === "operator") {
    const [domain, codomain] = [bindSpace(type.domain, where), bindSpace(type.codomain, where)];
    const orthonormal = type.properties.includes("orthonormal");
    return all(() => (orthonormal ? rotation(domain, dice) : dense(domain, codomain, dice)));
  }
  if (type.kind !== "value") throw new Error(`${variable.name} cannot be bound`);
  if (binary) return randomLanes(variable, lanes, dice, where, (x) => (x > -0.3 ? 1 : 0));
  // thresholds are small, so that something passes
  const threshold = ["theta", "lambda"].includes(variable.name);
  if (isNumber(type.space)) return all(() => numberArray((threshold ? 0.02 : 0.25) * (1.8 + dice.next())));
  return randomLanes(variable, lanes, dice, where, (x) => (variable.shared ? 0.4 : 0.8) * x);
}

function dense(domain: ReferenceSpace, codomain: ReferenceSpace, dice: Dice): ReferenceOperator {
  const [rows, columns] = [entries(codomain), entries(domain)];
  const field = domain.kind === "array" ? domain.field : "real";
  const matrix = randomValue(
    { kind: "array", field, shape: [rows, columns] },
    dice,
    (x) => x / Math.sqrt(columns),
  );
  return matrixOperator(matrix, domain, codomain);
}

/** A product of rotations in the planes of neighbouring entries. */
function rotation(domain: ReferenceSpace, dice: Dice): ReferenceOperator {
  const n = entries(domain);
  let matrix: readonly (readonly number[])[] = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)),
  );
  for (let k = 0; k + 1 < n; k += 1) {
    const angle = dice.next() * Math.PI;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    matrix = matrix.map((row) =>
      row.map((entry, j) =>
        j === k ? c * entry - s * (row[k + 1] ?? 0) : j === k + 1 ? s * (row[k] ?? 0) + c * entry : entry,
      ),
    );
  }
  return matrixOperator(realArray([n, n], matrix.flat()), domain, domain);
}

function entries(of: ReferenceSpace): number {
  return of.kind === "product"
    ? of.parts.reduce((sum, part) => sum + entries(part), 0)
    : of.shape.reduce((a, b) => a * b, 1);
}
