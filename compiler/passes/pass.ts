import type { Block, Variable } from "../ir/block.ts";
import {
  adjointsOf,
  withAdjoints,
  type ProgramDerivative,
  type SectionDerivative,
} from "../ir/derivative.ts";
import type { IrProgram, IrRequirement } from "../ir/program.ts";
import { freeVariables } from "../ir/variables.ts";

/** What passes work on: a program, and the reverses of its sections once they exist. */
export interface Module {
  readonly program: IrProgram;
  readonly derivative: ProgramDerivative | null;
}

/** A step of optimisation. It keeps the meaning by the reference interpreter, and the IR sound. */
export interface Pass {
  readonly name: string;
  readonly doc: string;
  readonly run: (module: Module) => Module;
}

/** Where a block stands, and which of its variables others read besides its results. */
export interface BlockPlace {
  readonly section: string;
  readonly kept: ReadonlySet<Variable>;
}

export type BlockRule = (block: Block, place: BlockPlace) => Block;

/** The sections of a program. */
type SectionName =
  "constants" | "prepare" | "initial" | "firstStep" | "step" | "finish" | "objective" | "until";

/** Applies a rule to every block of a module that stands for itself, without moving equations between them. */
export function mapModule(module: Module, rule: BlockRule): Module {
  const { program, derivative } = module;
  return {
    program: mapProgram(program, rule, keptOf(module)),
    derivative: derivative && mapDerivative(derivative, rule),
  };
}

function mapProgram(program: IrProgram, rule: BlockRule, kept: ReadonlySet<Variable>): IrProgram {
  const none: ReadonlySet<Variable> = new Set();
  const section = (name: SectionName, block: Block): Block =>
    rule(block, { section: name, kept: name === "constants" || name === "prepare" ? kept : none });
  const optional = (name: SectionName, block: Block | null): Block | null => block && section(name, block);
  const plain = (block: Block): Block => rule(block, { section: "start", kept: none });
  return {
    ...program,
    givens: program.givens.map((data) => ({ ...data, initial: data.initial && plain(data.initial) })),
    parameters: program.parameters.map((parameter) => ({
      ...parameter,
      initial:
        parameter.initial.kind === "block"
          ? { kind: "block", block: plain(parameter.initial.block) }
          : parameter.initial,
      interval: parameter.interval && {
        ...parameter.interval,
        low: parameter.interval.low && plain(parameter.interval.low),
        high: parameter.interval.high && plain(parameter.interval.high),
      },
      ...(parameter.projection === undefined ? {} : { projection: plain(parameter.projection) }),
    })),
    requirements: program.requirements.map((each) => mapRequirement(each, plain)),
    functions: program.functions.map((each) => ({
      ...each,
      body: rule(each.body, { section: "function", kept: none }),
    })),
    constants: section("constants", program.constants),
    prepare: section("prepare", program.prepare),
    initial: section("initial", program.initial),
    ...(program.firstStep === undefined ? {} : { firstStep: section("firstStep", program.firstStep) }),
    step: optional("step", program.step),
    finish: section("finish", program.finish),
    objective: optional("objective", program.objective),
    until: optional("until", program.until),
  };
}

/** A requirement with other blocks. */
export function mapRequirement(requirement: IrRequirement, rule: (block: Block) => Block): IrRequirement {
  const { value, low, high } = requirement;
  return { ...requirement, value: rule(value), low: low && rule(low), high: high && rule(high) };
}

function mapDerivative(derivative: ProgramDerivative, rule: BlockRule): ProgramDerivative {
  const none: ReadonlySet<Variable> = new Set();
  const section = (each: SectionDerivative | null): SectionDerivative | null => {
    if (each === null) return null;
    const changed = withAdjoints(each, (reverse) => ({
      ...reverse,
      block: rule(reverse.block, { section: "adjoint", kept: none }),
    }));
    const read = adjointsOf(changed).flatMap((reverse) => freeVariables(reverse.block));
    return { ...changed, save: rule(each.save, { section: "save", kept: new Set(read) }) };
  };
  return {
    prepare: section(derivative.prepare),
    initial: section(derivative.initial),
    ...(derivative.firstStep === undefined ? {} : { firstStep: section(derivative.firstStep) }),
    step: section(derivative.step),
    finish: section(derivative.finish),
    functions: derivative.functions.map((each) => ({
      ...each,
      body: rule(each.body, { section: "function", kept: none }),
    })),
  };
}

/** All blocks of a module that stand for themselves, but for the bodies of its functions. */
export function blocksOfModule(module: Module): readonly Block[] {
  const blocks: Block[] = [];
  mapModule(module, (block, { section }) => {
    if (section !== "function") blocks.push(block);
    return block;
  });
  return blocks;
}

/** The variables of `constants` and `prepare` that any other block reads. */
function keptOf(module: Module): ReadonlySet<Variable> {
  const kept = new Set<Variable>();
  const read = (block: Block | null): void => {
    if (block !== null) freeVariables(block).forEach((variable) => kept.add(variable));
  };
  mapProgram(
    module.program,
    (block) => {
      read(block);
      return block;
    },
    kept,
  );
  const { derivative } = module;
  if (derivative !== null) {
    mapDerivative(derivative, (block) => {
      read(block);
      return block;
    });
    const { prepare, initial, firstStep, step, finish } = derivative;
    for (const reverse of [prepare, initial, firstStep, step, finish]) {
      if (reverse == null) continue;
      for (const { of } of adjointsOf(reverse)) of.forEach((variable) => kept.add(variable));
    }
  }
  return kept;
}
