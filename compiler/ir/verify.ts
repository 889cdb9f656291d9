import { ShapeFault } from "./align.ts";
import type { Block, Equation, IrFunction, Variable } from "./block.ts";
import {
  adjointsOf,
  type AdjointBlock,
  type ProgramDerivative,
  type SectionDerivative,
} from "./derivative.ts";
import type { IrProgram } from "./program.ts";
import { outputTypes } from "./shape.ts";
import { outputSharing } from "./sharing.ts";
import { sameType, typeText } from "./spaces.ts";
import { blocksOf, definedBy } from "./variables.ts";

/** What is wrong with an IR; `where` names the section, the nested block and the variable. */
export interface IrFault {
  readonly where: string;
  readonly what: string;
}

/**
 * All faults of a program: variables that are defined twice, or not visible where they are read, types that are not
 * those of the shape rules, and sharing that is not that of the sharing rules. Empty for a sound program.
 */
export function verifyProgram(program: IrProgram): readonly IrFault[] {
  const verifier = new Verifier(program.functions);
  for (const each of program.functions) verifier.block(each.body, new Set(), each.name);
  const declared = (data: readonly { readonly variable: Variable }[]): readonly Variable[] =>
    data.map((each) => each.variable);
  const givens = new Set(declared(program.givens));
  for (const data of [...program.givens, ...program.inputs]) {
    if (data.initial !== null) verifier.block(data.initial, givens, `${data.variable.name}'s default`);
  }
  const afterConstants = verifier.block(program.constants, givens, "constants");
  const counter = program.counter === null ? [] : [program.counter];
  const drawn = declared(program.draws);
  const known = new Set([
    ...afterConstants,
    ...declared(program.inputs),
    ...declared(program.parameters),
    ...counter,
    ...drawn,
  ]);
  const prepared = verifier.block(program.prepare, known, "prepare");
  for (const each of program.parameters) verifyParameter(verifier, each, prepared);
  const bound = new Set([...afterConstants, ...declared(program.inputs), ...declared(program.parameters)]);
  for (const { of, value, low, high } of program.requirements) {
    for (const block of [value, low, high]) {
      if (block !== null) verifier.block(block, bound, `what is required of ${of}`);
    }
  }
  const sections = { ...sectionsOf(program) };
  for (const [name, block] of Object.entries(sections)) {
    if (block !== null) verifier.block(block, prepared, name);
  }
  return [...verifier.faults, ...interfaceFaults(program)];
}

/** All faults of the reverses of a program, which see what its sections see. */
export function verifyDerivative(program: IrProgram, derivative: ProgramDerivative): readonly IrFault[] {
  const verifier = new Verifier(derivative.functions);
  for (const each of derivative.functions) verifier.block(each.body, new Set(), each.name);
  const { givens, inputs, parameters, draws } = program;
  const data = [...givens, ...inputs, ...parameters, ...draws].map((each) => each.variable);
  const early = new Set([...data, ...definedBy(program.constants)]);
  if (program.counter !== null) early.add(program.counter);
  const late = new Set([...early, ...definedBy(program.prepare)]);
  const section = (name: string, outer: ReadonlySet<Variable>, each: SectionDerivative | null): void => {
    if (each === null) return;
    const inside = verifier.block(each.save, outer, `${name} (saving)`);
    for (const adjoint of adjointsOf(each)) {
      verifier.block(adjoint.block, inside, `${name} (adjoint)`);
      verifier.cotangents(adjoint, `${name} (adjoint)`);
    }
  };
  section("prepare", early, derivative.prepare);
  section("initial", late, derivative.initial);
  section("first step", late, derivative.firstStep ?? null);
  section("step", late, derivative.step);
  section("finish", late, derivative.finish);
  return verifier.faults;
}

/** All faults of a block that sees the variables given. */
export function verifyBlock(
  block: Block,
  visible: Iterable<Variable>,
  functions: readonly IrFunction[] = [],
): readonly IrFault[] {
  const verifier = new Verifier(functions);
  verifier.block(block, new Set(visible), "block");
  return verifier.faults;
}

function sectionsOf(program: IrProgram): Readonly<Record<string, Block | null>> {
  const { initial, firstStep = null, step, finish, objective, until } = program;
  return { initial, firstStep, step, finish, objective, until };
}

function verifyParameter(
  verifier: Verifier,
  parameter: IrProgram["parameters"][number],
  visible: ReadonlySet<Variable>,
): void {
  const where = `${parameter.name}'s start`;
  if (parameter.initial.kind === "block") verifier.block(parameter.initial.block, visible, where);
  for (const end of [parameter.interval?.low ?? null, parameter.interval?.high ?? null]) {
    if (end !== null) verifier.block(end, visible, `${parameter.name}'s interval`);
  }
  if (parameter.projection !== undefined)
    verifier.block(parameter.projection, visible, `${parameter.name}'s projection`);
}

function interfaceFaults(program: IrProgram): readonly IrFault[] {
  const faults: IrFault[] = [];
  const count = program.states.length;
  const check = (where: string, block: Block | null, parameters: number, results: number): void => {
    if (block === null) return;
    if (block.parameters.length !== parameters) {
      faults.push({ where, what: `has ${block.parameters.length} parameters, not ${parameters}` });
    }
    if (block.results.length !== results) {
      faults.push({ where, what: `has ${block.results.length} results, not ${results}` });
    }
  };
  check("initial", program.initial, 0, count);
  check("step", program.step, count, count + program.reports.length + (program.loops ? 1 : 0));
  check("first step", program.firstStep ?? null, count, program.step?.results.length ?? 0);
  check("finish", program.finish, count, 1);
  check("objective", program.objective, count, 1);
  check("until", program.until, 2 * count + program.reports.length, 1);
  return faults;
}

class Verifier {
  readonly faults: IrFault[] = [];
  readonly #functions: ReadonlyMap<string, IrFunction>;

  constructor(functions: readonly IrFunction[]) {
    this.#functions = new Map(functions.map((each) => [each.name, each]));
  }

  /** Verifies a block; the variables visible behind it. */
  block(block: Block, outer: ReadonlySet<Variable>, where: string): ReadonlySet<Variable> {
    const visible = new Set(outer);
    block.parameters.forEach((each) => this.#define(each, visible, where));
    for (const equation of block.equations) {
      equation.inputs.forEach((input) => this.#read(input, visible, where));
      const place = `${where}: ${equation.outputs.map((output) => output.name).join(", ")}`;
      blocksOf(equation).forEach((nested) => this.block(nested, visible, place));
      this.#types(equation, place);
      this.#sharing(equation, place);
      equation.outputs.forEach((output) => this.#define(output, visible, where));
    }
    block.results.forEach((result) => this.#read(result, visible, where));
    return visible;
  }

  /** Each result is the cotangent of one variable, in its space, and shared where that is. */
  cotangents(adjoint: AdjointBlock, where: string): void {
    const { block, of } = adjoint;
    if (new Set(of).size !== block.results.length || of.length !== block.results.length) {
      this.#fault(where, `${block.results.length} cotangents of ${new Set(of).size} variables`);
    }
    block.results.forEach((result, i) => {
      const variable = of[i];
      if (variable === undefined) return;
      if (!sameType(result.type, variable.type)) {
        this.#fault(where, `the cotangent of ${variable.name} is ${typeText(result.type)}`);
      }
      if (variable.shared && !result.shared)
        this.#fault(where, `the cotangent of ${variable.name} is not shared`);
    });
  }

  #define(variable: Variable, visible: Set<Variable>, where: string): void {
    if (visible.has(variable)) this.#fault(where, `${variable.name} is defined twice`);
    visible.add(variable);
  }

  #read(variable: Variable, visible: ReadonlySet<Variable>, where: string): void {
    if (!visible.has(variable)) this.#fault(where, `${variable.name} is not visible`);
  }

  #types(equation: Equation, where: string): void {
    try {
      const lookup = (name: string): IrFunction | null => this.#functions.get(name) ?? null;
      const inputs = equation.inputs.map((input) => input.type);
      const types = outputTypes(equation.operation, equation.attributes, inputs, lookup);
      if (types.length !== equation.outputs.length) {
        this.#fault(
          where,
          `${equation.operation} has ${types.length} outputs, not ${equation.outputs.length}`,
        );
      }
      equation.outputs.forEach((output, i) => {
        const type = types[i];
        if (type !== undefined && !sameType(type, output.type)) {
          this.#fault(where, `${equation.operation} gives ${typeText(type)}, not ${typeText(output.type)}`);
        }
      });
    } catch (error) {
      if (!(error instanceof ShapeFault)) throw error;
      this.#fault(where, `${equation.operation}: ${error.message}`);
    }
  }

  #sharing(equation: Equation, where: string): void {
    const { operation, attributes, inputs, outputs } = equation;
    const lookup = (name: string): IrFunction | null => this.#functions.get(name) ?? null;
    const shared = outputSharing(operation, attributes, inputs, outputs.length, lookup);
    outputs.forEach((output, i) => {
      if (output.shared !== shared[i]) {
        this.#fault(
          where,
          `${output.name} is ${output.shared ? "" : "not "}shared, against the rule of ${operation}`,
        );
      }
    });
    if (operation === "sumSamples" && inputs[0]?.shared === true) {
      this.#fault(where, "a sum over samples of a shared value");
    }
    this.#carried(equation, where);
  }

  /** A parameter of a loop is shared only if what is carried into it always is; so is an argument of a function. */
  #carried(equation: Equation, where: string): void {
    if (equation.operation === "loop" || equation.operation === "loopSaving") {
      const { body, condition } = equation.attributes;
      const together = condition.results.every((result) => result.shared);
      body.parameters.forEach((parameter, i) => {
        const stays = together && equation.inputs[i]?.shared === true && body.results[i]?.shared === true;
        if (parameter.shared && !stays) this.#fault(where, `${parameter.name} does not stay shared`);
      });
    }
    if (equation.operation === "call" && equation.outputs.some((output) => !output.shared)) {
      const called = this.#functions.get(equation.attributes.function);
      called?.body.parameters.forEach((parameter, i) => {
        const unshared = equation.inputs[i]?.shared === false;
        if (parameter.shared && unshared) this.#fault(where, `${parameter.name} of ${called.name} is shared`);
      });
    }
  }

  #fault(where: string, what: string): void {
    this.faults.push({ where, what });
  }
}
