import { IrBuilder, type BlockOf } from "../../compiler/ir/build.ts";
import type { Block, Variable } from "../../compiler/ir/block.ts";
import type { IrData, IrParameter, IrProgram } from "../../compiler/ir/program.ts";
import { constant, name } from "../../compiler/types/dimension.ts";
import type { Space } from "../../compiler/types/space.ts";
import type { ElementwiseExpression, ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { IntervalDeclaration } from "../../runtime/program/definition.ts";

// Programs of the IR written by hand, as lowering and the passes would hand them to the plan.

export const POSITIVE: IntervalDeclaration = { low: 0, high: Infinity, lowOpen: true, highOpen: true };

export const X: Space = { kind: "named", name: "X", field: "any" };
export const Y: Space = { kind: "named", name: "Y", field: "any" };

export function array(...dimensions: readonly (string | number)[]): Space {
  return {
    kind: "array",
    element: "real",
    dimensions: dimensions.map((each) => (typeof each === "number" ? constant(each) : name(each))),
  };
}

export function operator(hint: string, domain: Space, codomain: Space): Variable {
  return { name: hint, type: { kind: "operator", domain, codomain, properties: [] }, shared: true };
}

export function data(variable: Variable, more: Partial<IrData> = {}): IrData {
  return { variable, doc: "", perStep: false, interval: null, properties: [], initial: null, ...more };
}

export function learned(variable: Variable, start: Block, more: Partial<IrParameter> = {}): IrParameter {
  return {
    variable,
    name: variable.name,
    doc: "",
    perStep: false,
    via: "projection",
    interval: null,
    initial: { kind: "block", block: start },
    spectralBound: null,
    ...more,
  };
}

/** The value of an array of variables at a place that is known to be there. */
export function at(variables: readonly Variable[], index: number): Variable {
  const found = variables[index];
  if (found === undefined) throw new Error(`no variable ${index}`);
  return found;
}

/** A block over parameters; what stands outside is read directly. */
export function block(parameters: readonly Variable[], build: BlockOf): Block {
  return new IrBuilder().block(parameters, build);
}

/** A block without parameters that gives one value. */
export function start(build: (inner: IrBuilder) => Variable): Block {
  return block([], (inner) => [build(inner)]);
}

const NOTHING: Block = { parameters: [], equations: [], results: [] };

export function program(
  parts: Partial<IrProgram> & Pick<IrProgram, "name" | "initial" | "finish">,
): IrProgram {
  return {
    doc: "",
    hash: "0".repeat(64),
    sizes: [],
    spaces: [],
    givens: [],
    inputs: [],
    parameters: [],
    requirements: [],
    states: [],
    reports: [],
    counter: null,
    draws: [],
    functions: [],
    constants: NOTHING,
    prepare: NOTHING,
    step: null,
    loops: false,
    objective: null,
    until: null,
    targets: [],
    certificate: null,
    ...parts,
  };
}

type Term = string | number | ElementwiseExpression;

/** An elementwise expression: names are inputs, numbers constants. */
export function e(name: ElementwiseFunction, ...terms: readonly Term[]): ElementwiseExpression {
  return { kind: "apply", function: name, arguments: terms.map(termOf) };
}

function termOf(term: Term): ElementwiseExpression {
  if (typeof term === "string") return { kind: "input", name: term };
  return typeof term === "number" ? { kind: "constant", value: term } : term;
}

/** A chain of elementwise functions as the passes make it: one kernel with named inputs. */
export function fused(
  inner: IrBuilder,
  hint: string,
  expression: ElementwiseExpression,
  inputs: Readonly<Record<string, Variable>>,
): Variable {
  const attributes = { results: { [hint]: expression }, inputs: Object.keys(inputs) };
  return at(inner.emit("fused", attributes, Object.values(inputs), [hint]), 0);
}
