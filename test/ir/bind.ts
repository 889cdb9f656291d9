import type { Variable } from "../../compiler/ir/block.ts";
import type { ReferenceOperator, ReferenceSpace } from "../../compiler/ir/evaluate/array.ts";
import { matrixOperator } from "../../compiler/ir/evaluate/operators/matrix.ts";
import { bindSpace } from "../../compiler/ir/evaluate/rules.ts";
import { realArray, numberArray } from "../../compiler/ir/evaluate/array.ts";
import type { LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import type { ProgramBindings } from "../../compiler/ir/evaluate/program.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { Dice, randomLanes, randomValue, setting, SIZES } from "./lab.ts";

/** Random values for all that a program declares; numbers are positive, binary arrays binary. */
export function bindingsFor(program: IrProgram, lanes: number, steps: number, seed: number): ProgramBindings {
  const dice = new Dice(seed);
  const where = setting();
  const values = new Map<Variable, LaneValue>();
  const perStep = new Map<Variable, readonly LaneValue[]>();
  const binary = new Set(
    [...program.givens, ...program.inputs]
      .filter((data) => data.properties.some((property) => property.name === "binary"))
      .map((data) => data.variable),
  );
  const random = (variable: Variable): LaneValue => {
    if (variable.type.kind === "operator") {
      const [domain, codomain] = [
        bindSpace(variable.type.domain, where),
        bindSpace(variable.type.codomain, where),
      ];
      const orthonormal = variable.type.properties.includes("orthonormal");
      return { shared: true, value: orthonormal ? rotation(domain, dice) : dense(domain, codomain, dice) };
    }
    if (binary.has(variable)) return randomLanes(variable, lanes, dice, where, (x) => (x > -0.3 ? 1 : 0));
    const isNumber =
      variable.type.kind === "value" &&
      variable.type.space.kind === "array" &&
      variable.type.space.dimensions.length === 0;
    if (isNumber) return { shared: true, value: numberArray(0.25 + 0.2 * (1 + dice.next())) };
    return randomLanes(variable, lanes, dice, where, (x) => 0.8 * x);
  };
  for (const data of [...program.givens, ...program.inputs]) values.set(data.variable, random(data.variable));
  for (const each of program.parameters) {
    if (each.perStep)
      perStep.set(
        each.variable,
        Array.from({ length: steps }, () => random(each.variable)),
      );
    else values.set(each.variable, random(each.variable));
  }
  return { lanes, sizes: SIZES, spaces: {}, values, perStep };
}

function dense(domain: ReferenceSpace, codomain: ReferenceSpace, dice: Dice): ReferenceOperator {
  const [rows, columns] = [entries(codomain), entries(domain)];
  return matrixOperator(
    randomValue({ kind: "array", field: "real", shape: [rows, columns] }, dice),
    domain,
    codomain,
  );
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
