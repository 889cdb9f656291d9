import type { Target } from "../../runtime/program/definition.ts";
import type { Block, Equation, Variable } from "../ir/block.ts";
import { adjointsOf, type ProgramDerivative } from "../ir/derivative.ts";
import type { IrData, IrDraw, IrParameter, IrProgram, IrRequirement } from "../ir/program.ts";
import { spaceOf, spaceText } from "../ir/spaces.ts";
import { blocksOf, freeVariables } from "../ir/variables.ts";
import { text } from "../types/dimension.ts";
import type { MethodCall, PlanFunction, Result, Statement } from "./call.ts";
import { spaceDeclaration } from "./declare.ts";
import { moduleFunction, type Setting } from "./function.ts";
import { KnownNames } from "./knownNames.ts";
import { boundWeights, planNetworks } from "./networks.ts";
import type {
  Plan,
  PlanData,
  PlanDraw,
  PlanNetwork,
  PlanParameter,
  PlanRequirement,
  PlanState,
} from "./plan.ts";
import { recordResult } from "./reverse.ts";
import { planPrepare, planSections } from "./sections.ts";
import { functionsOf } from "./traverse.ts";

/**
 * The plan of a program for one target. A solver has no reverses; an unrolled network has those of `derivative`, an
 * equilibrium the adjoint of the step by the state as well. What no function reads is left out.
 */
export function planTarget(program: IrProgram, target: Target, derivative: ProgramDerivative | null): Plan {
  const reverses = target.kind === "solver" ? null : derivative;
  const names = new KnownNames(program);
  const { setting, networks } = planSetting(program, reverses, names);
  const givens = program.givens.map((data) => planData(setting, data));
  const inputs = program.inputs.map((data) => planData(setting, data));
  const parameters = program.parameters.map((parameter) => planParameter(setting, parameter));
  const requirements = program.requirements.map((each) => planRequirement(setting, each));
  const sections = planSections(setting, program, reverses, target);
  const prepare = planPrepare(setting, program, reverses, names);
  const prepared = names.read("prepare");
  const hoisted = names.read("constants");
  const constants = planConstants(setting, program, names);
  return {
    name: program.name,
    doc: program.doc,
    hash: program.hash,
    target,
    certificate: program.certificate,
    notes: [],
    inputGradients: false,
    frozen: false,
    sizes: program.sizes,
    spaces: program.spaces,
    givens,
    inputs,
    parameters,
    requirements,
    divisions: (program.divisions ?? []).map((each) => ({ ...each, dividend: text(each.dividend) })),
    states: program.states.map(planState),
    counter: program.counter?.name ?? null,
    draws: drawn(program, reverses).map(planDraw),
    output: spaceDeclaration(spaceOf(first(program.finish))),
    networks: calledNetworks(
      networks,
      functionsOf({ ...sections, prepare, givens, inputs, parameters, requirements, constants }),
    ),
    hoisted,
    prepared,
    constants,
    prepare,
    ...sections,
  };
}

function planSetting(
  program: IrProgram,
  reverses: ProgramDerivative | null,
  names: KnownNames,
): { readonly setting: Setting; readonly networks: readonly PlanNetwork[] } {
  const functions = reverses?.functions ?? program.functions;
  const blocks = [...programBlocks(program), ...reverseBlocks(reverses)];
  const { literals, made, same } = plainVariables([...blocks, ...functions.map((of) => of.body)]);
  const weights = boundWeights(functions, blocks, (variable) => names.isDeclared(variable));
  const shared = { literals, made, same: followed(new Map([...same, ...weights])), nameOf: names.nameOf };
  const networks = planNetworks(functions, shared);
  return { setting: { ...shared, network: networks.network }, networks: networks.all };
}

function planConstants(setting: Setting, program: IrProgram, names: KnownNames): PlanFunction | null {
  const hoisted = names.read("constants");
  if (hoisted.length === 0) return null;
  const result = recordResult(hoisted.map(({ name, variable }) => [name, variable]));
  return moduleFunction(setting, [], program.constants.equations, result);
}

function planData(setting: Setting, data: IrData): PlanData {
  return {
    name: data.variable.name,
    type: data.variable.type,
    doc: data.doc,
    perStep: data.perStep,
    interval: data.interval,
    properties: data.properties,
    initial: data.initial && evaluation(setting, data.initial),
  };
}

function planParameter(setting: Setting, parameter: IrParameter): PlanParameter {
  const { variable, initial, interval, projection, ...stated } = parameter;
  return {
    ...stated,
    type: variable.type,
    initial:
      initial.kind === "block" ? { kind: "value", evaluate: evaluation(setting, initial.block) } : initial,
    interval: interval && planInterval(setting, interval),
    projection: projection === undefined ? null : evaluation(setting, projection),
  };
}

function planRequirement(setting: Setting, requirement: IrRequirement): PlanRequirement {
  const { value, low, high, ...stated } = requirement;
  const equations = [value, low, high].flatMap((block) => block?.equations ?? []);
  const evaluate = moduleFunction(setting, [], equations, {
    kind: "record",
    entries: [
      { name: "value", result: end(value) },
      { name: "low", result: end(low) },
      { name: "high", result: end(high) },
    ],
  });
  return { ...stated, evaluate };
}

/** What a block gives; null where there is none. */
function end(block: Block | null): Result {
  return block === null ? { kind: "constant", value: null } : { kind: "variable", variable: first(block) };
}

function planInterval(setting: Setting, interval: NonNullable<IrParameter["interval"]>): PlanFunction {
  const { low, high, lowOpen, highOpen } = interval;
  return moduleFunction(setting, [], [...(low?.equations ?? []), ...(high?.equations ?? [])], {
    kind: "record",
    entries: [
      { name: "low", result: end(low) },
      { name: "high", result: end(high) },
      { name: "lowOpen", result: { kind: "constant", value: lowOpen } },
      { name: "highOpen", result: { kind: "constant", value: highOpen } },
    ],
  });
}

function evaluation(setting: Setting, block: Block): PlanFunction {
  return moduleFunction(setting, [], block.equations, { kind: "variable", variable: first(block) });
}

function planState(state: IrProgram["states"][number]): PlanState {
  const { space, ...stated } = state;
  return { ...stated, type: spaceDeclaration(space), notation: spaceText(space) };
}

/** What is drawn; of what is drawn while training what its reverses read. */
function drawn({ draws }: IrProgram, reverses: ProgramDerivative | null): readonly IrDraw[] {
  const read = new Set(reverseBlocks(reverses).flatMap(freeVariables));
  return draws.filter(({ training, variable }) => !training || read.has(variable));
}

function planDraw({ variable, loop, training, of, ...drawn }: IrDraw): PlanDraw {
  const distribution = "below" in of ? { kind: of.kind, below: text(of.below) } : of;
  const declaration = {
    name: variable.name,
    type: spaceDeclaration(spaceOf(variable)),
    ...drawn,
    ...(training ? { training } : {}),
    ...(loop === null ? {} : { loop }),
    of: distribution,
  };
  return { declaration, type: variable.type };
}

/** The networks that functions call, directly or through another network. */
function calledNetworks(
  networks: readonly PlanNetwork[],
  callers: readonly PlanFunction[],
): readonly PlanNetwork[] {
  const called = new Set<string>();
  const visit = (of: PlanFunction): void => {
    for (const { call } of of.statements) {
      if (call.kind === "function" && !called.has(call.name)) {
        called.add(call.name);
        networks
          .filter((network) => network.name === call.name)
          .forEach((network) => visit(network.function));
      }
      for (const argument of call.arguments) if (argument.kind === "closure") visit(argument.function);
    }
  };
  callers.forEach(visit);
  return networks.filter((network) => called.has(network.name));
}

function first(block: Block): Variable {
  const variable = block.results[0];
  if (variable === undefined) throw new Error("a block that stands for a value has no result");
  return variable;
}

function programBlocks(program: IrProgram): readonly Block[] {
  const optional = [
    program.firstStep ?? null,
    program.step,
    program.objective,
    program.until,
    ...[...program.givens, ...program.inputs].map((data) => data.initial),
    ...program.parameters.flatMap(({ interval, initial, projection }) => [
      projection ?? null,
      interval?.low ?? null,
      interval?.high ?? null,
      initial.kind === "block" ? initial.block : null,
    ]),
    ...program.requirements.flatMap(({ value, low, high }) => [value, low, high]),
  ].filter((block) => block !== null);
  return [program.constants, program.prepare, program.initial, program.finish, ...optional];
}

function reverseBlocks(derivative: ProgramDerivative | null): readonly Block[] {
  if (derivative === null) return [];
  const { prepare, initial, firstStep = null, step, finish } = derivative;
  return [prepare, initial, firstStep, step, finish].flatMap((section) =>
    section === null ? [] : [section.save, ...adjointsOf(section).map((adjoint) => adjoint.block)],
  );
}

/** Operations that hand their first input on. */
const PASSING: ReadonlySet<Equation["operation"]> = new Set([
  "stopGradient",
  "inTraining",
  "observed",
  "fixedPoint",
] as const);

/** The variables that are plain numbers, what makes them and arrays filled with them, and other names of variables. */
function plainVariables(blocks: readonly Block[]): Pick<Setting, "literals" | "made" | "same"> {
  const literals = new Map<Variable, number>();
  const made = new Map<Variable, Statement>();
  const same = new Map<Variable, Variable>();
  const make = (variable: Variable, call: MethodCall): void => {
    made.set(variable, { outputs: { kind: "variable", variable }, call, span: null });
  };
  const visit = (equation: Equation): void => {
    const [input] = equation.inputs;
    const [output] = equation.outputs;
    const value = input && literals.get(input);
    if (output !== undefined && equation.operation === "constant") {
      const number = { kind: "number", value: equation.attributes.value } as const;
      literals.set(output, number.value);
      make(output, { kind: "method", method: "number", arguments: [number] });
    }
    if (output !== undefined && value !== undefined && equation.operation === "fill") {
      const { space } = equation.attributes;
      const given = [{ kind: "number", value } as const, { kind: "space", space } as const] as const;
      make(output, { kind: "method", method: "fill", arguments: given });
    }
    if (PASSING.has(equation.operation) && input && output) same.set(output, input);
    blocksOf(equation).forEach((block) => {
      block.equations.forEach(visit);
    });
  };
  blocks.forEach((block) => {
    block.equations.forEach(visit);
  });
  return { literals, made, same };
}

/** The map with chains of names followed to their end. */
function followed(same: ReadonlyMap<Variable, Variable>): ReadonlyMap<Variable, Variable> {
  const end = (variable: Variable): Variable => {
    const next = same.get(variable);
    return next === undefined ? variable : end(next);
  };
  return new Map([...same.keys()].map((variable) => [variable, end(variable)]));
}
