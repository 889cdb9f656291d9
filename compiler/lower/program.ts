import type { Certificate, DataDeclaration, IntervalDeclaration } from "../../runtime/program/definition.ts";
import type { Draw, Expression, Fun, Given, Input, Learn, Let, LetTuple, State } from "../ast/tree.ts";
import type { CheckedProgram } from "../check/program.ts";
import { IrBuilder, parameter } from "../ir/build.ts";
import type { Block, Variable, VariableType } from "../ir/block.ts";
import { Functions } from "../ir/functions.ts";
import type { IrData, IrParameter, IrProgram, IrState } from "../ir/program.ts";
import { entriesOf } from "../ir/shape.ts";
import { freeVariables } from "../ir/variables.ts";
import { symbolOf } from "../library/calculus/analyse.ts";
import type { Fact } from "../types/property.ts";
import { arraySpace, isNumber, REAL } from "../types/space.ts";
import type { Space } from "../types/space.ts";
import type { Type } from "../types/type.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { relativeChange } from "./calls.ts";
import { collectDefinitions } from "./definitions.ts";
import { CAPPED, mayLoop } from "./effects.ts";
import { lowerExpression } from "./expression.ts";
import { lower, lowerValue } from "./recursion.ts";
import { Limitation } from "./limitation.ts";
import type { Lowered } from "./lowered.ts";
import { lowerNetwork } from "./networks.ts";
import type { LoweredNetwork } from "./networks.ts";
import { matrixOfForm } from "./operators.ts";
import { Scope } from "./scope.ts";
import type { ProgramContext, Site } from "./site.ts";
import { within } from "./site.ts";
import { named, promoted, runStatements } from "./statements.ts";
import { asVariable, isFunctionType, spaceOfVariable, truth, value } from "./values.ts";

/** The program in the IR, before any pass. `hash` names its canonical text. */
export function lowerProgram(
  program: CheckedProgram,
  hash: string,
  certificate: Certificate | null,
): IrProgram {
  const functions = new Functions();
  const constants = new IrBuilder(functions);
  const prepare = new IrBuilder(functions, constants);
  const networks = new Map<Symbol, LoweredNetwork>();
  const context: ProgramContext = {
    lowerExpression,
    definitions: collectDefinitions(program),
    networks,
    nets: program.nets,
    layers: null,
    defaults: defaultsOf(program),
    old: new Map(),
    lastTest: new Map(),
  };
  const early: Site = { builder: constants, scope: new Scope(null), program: context };
  const site: Site = { builder: prepare, scope: new Scope(early.scope), program: context };
  const givens = program.givens.map((given) => lowerData(early, given));
  const inputs = program.inputs.map((input) => lowerData(early, input));
  const learned = program.learnables.map((learn) => declareLearnable(early, learn));
  lowerBindings(early, site, program);
  program.learnables.forEach((learn) => {
    if (learn.type.kind === "netType") {
      const network = lowerNetwork(early, learn);
      networks.set(network.symbol, network);
    }
  });
  const parameters = program.learnables.flatMap((learn, index) =>
    parametersOf(early, learn, learned[index] ?? null, networks),
  );
  const sections = lowerSections(site, program);
  return {
    name: program.tree.name.name,
    doc: program.tree.doc?.lines.join("\n") ?? "",
    hash,
    sizes: program.tree.parameters.flatMap((each) =>
      each.kind === "sizeParameter" ? [{ name: each.name.name, initial: each.initial?.value ?? null }] : [],
    ),
    spaces: program.tree.parameters.flatMap((each) =>
      each.kind === "spaceParameter" ? [{ name: each.name.name, field: fieldOf(each.field) }] : [],
    ),
    givens,
    inputs,
    parameters,
    functions: functions.all(),
    constants: { parameters: [], equations: constants.equations, results: [] },
    prepare: { parameters: [], equations: prepare.equations, results: [] },
    ...sections,
    targets: program.targets.map(({ target, stepsParameter }) => ({
      target:
        target.kind === "unrolled" && stepsParameter !== null ? { ...target, size: stepsParameter } : target,
      declared: true,
    })),
    certificate,
  };
}

function fieldOf(field: "R" | "C" | null): "any" | "real" | "complex" {
  if (field === null) return "any";
  return field === "R" ? "real" : "complex";
}

function defaultsOf(program: CheckedProgram): Readonly<Record<string, number>> {
  const defaults: Record<string, number> = {};
  for (const each of program.tree.parameters) {
    if (each.kind === "sizeParameter" && each.initial !== null) defaults[each.name.name] = each.initial.value;
  }
  return defaults;
}

/** A given or an input: its variable, and what is checked and filled in when it is bound. */
function lowerData(site: Site, declared: Given<Typed> | Input<Typed>): IrData {
  const symbol = symbolOf(declared.declaration);
  const variable = declaredVariable(symbol, declared.kind === "given");
  site.scope.define(symbol, loweredOf(variable, symbol));
  const initial = declared.kind === "given" ? declared.initial : null;
  return {
    variable,
    doc: declared.doc?.lines.join(" ") ?? "",
    perStep: symbol.perStep,
    interval: intervalOf(symbol),
    properties: symbol.typing.facts.filter((fact) => fact.provenance === "assumed").map(propertyOf),
    initial: initial === null ? null : filledBlock(site, initial, spaceOfType(symbol.typing.type, declared)),
  };
}

function propertyOf(fact: Fact): DataDeclaration["properties"][number] {
  return { name: fact.property, bound: fact.bound };
}

function intervalOf(symbol: Symbol): IntervalDeclaration | null {
  const { interval } = symbol.typing;
  if (interval === null || (interval.low === -Infinity && interval.high === Infinity)) return null;
  return interval;
}

function declaredVariable(symbol: Symbol, shared: boolean): Variable {
  return { name: symbol.name, type: variableType(symbol), shared };
}

function variableType(symbol: Symbol): VariableType {
  const { type } = symbol.typing;
  if (type.kind === "value") return { kind: "value", space: type.space };
  if (type.kind === "operator") {
    return {
      kind: "operator",
      domain: type.domain,
      codomain: type.codomain,
      properties: symbol.typing.facts.map((fact) => fact.property),
    };
  }
  throw new Limitation(`\`${symbol.name}\`, a map that is given`, symbol.span);
}

function loweredOf(variable: Variable, symbol: Symbol): Lowered {
  if (variable.type.kind !== "operator") return value(variable);
  const declared = symbol.typing.facts.find(
    (fact) => fact.property === "norm" && fact.provenance === "assumed",
  );
  const { domain, codomain } = variable.type;
  return {
    kind: "operator",
    operator: { kind: "bound", variable, declaredNorm: declared?.bound ?? null, domain, codomain },
  };
}

function spaceOfType(type: Type, declared: { readonly span: Given<Typed>["span"] }): Space {
  if (type.kind === "value") return type.space;
  throw new Limitation("a default for an operator", declared.span);
}

/** A block with one result: an expression that fills the declared space if it is a number. */
function filledBlock(site: Site, expression: Expression<Typed>, space: Space): Block {
  return site.builder.block([], (inner) => [
    filled(within(site, inner, new Scope(site.scope)), expression, space),
  ]);
}

function filled(site: Site, expression: Expression<Typed>, space: Space): Variable {
  const variable = lowerValue(site, expression, space);
  const own = spaceOfVariable(variable);
  return isNumber(own) && !isNumber(space) ? site.builder.fill(variable, space) : variable;
}

/** The variable of a learnable that is no network; a linear operator is learned as its matrix. */
function declareLearnable(site: Site, learn: Learn<Typed>): Variable | null {
  if (learn.type.kind === "netType") return null;
  const symbol = symbolOf(learn.declaration);
  const { type } = symbol.typing;
  if (type.kind !== "operator") {
    const variable = declaredVariable(symbol, true);
    site.scope.define(symbol, value(variable));
    return variable;
  }
  const rows = entriesOf(type.codomain);
  const columns = entriesOf(type.domain);
  if (rows === null || columns === null)
    throw new Limitation("a learned operator between named spaces", learn.span);
  const matrix: Variable = {
    name: symbol.name,
    type: { kind: "value", space: arraySpace("real", [rows, columns]) },
    shared: true,
  };
  const { domain, codomain } = type;
  site.scope.define(symbol, { kind: "operator", operator: { kind: "matrix", matrix, domain, codomain } });
  return matrix;
}

function parametersOf(
  site: Site,
  learn: Learn<Typed>,
  variable: Variable | null,
  networks: ReadonlyMap<Symbol, LoweredNetwork>,
): readonly IrParameter[] {
  const symbol = symbolOf(learn.declaration);
  if (variable === null) return networks.get(symbol)?.parameters ?? [];
  return [
    {
      variable,
      name: symbol.name,
      doc: learn.doc?.lines.join(" ") ?? "",
      perStep: learn.perStep,
      via: viaOf(learn),
      interval: intervalBlocks(site, learn),
      initial: { kind: "block", block: startBlock(site, learn, variable) },
      spectralBound: null,
    },
  ];
}

function viaOf(learn: Learn<Typed>): IrParameter["via"] {
  const name = learn.via?.name;
  return name === "softplus" || name === "log" || name === "sigmoid" ? name : "projection";
}

function startBlock(site: Site, learn: Learn<Typed>, variable: Variable): Block {
  return site.builder.block([], (inner) => {
    const place = within(site, inner, new Scope(site.scope));
    const lowered = lower(place, learn.initial);
    if (lowered.kind === "operator") return [matrixOfForm(inner, lowered.operator)];
    return [filled(place, learn.initial, spaceOfVariable(variable))];
  });
}

function intervalBlocks(site: Site, learn: Learn<Typed>): IrParameter["interval"] {
  const { type } = learn;
  if (!("bounds" in type) || type.bounds?.kind !== "interval") return null;
  const { low, high, lowOpen, highOpen } = type.bounds;
  const end = (expression: Expression<Typed>): Block | null =>
    isInfinite(expression) ? null : filledBlock(site, expression, REAL);
  return { low: end(low), high: end(high), lowOpen, highOpen };
}

function isInfinite(expression: Expression<Typed>): boolean {
  return expression.kind === "infinity" || (expression.kind === "negate" && isInfinite(expression.operand));
}

/** Lets of the program level: those that need givens only are lowered with the constants. */
function lowerBindings(early: Site, late: Site, program: CheckedProgram): void {
  for (const binding of program.bindings) {
    const symbols = symbolsOf(binding.declaration);
    const level = Math.max(...symbols.map((symbol) => symbol.typing.level));
    const site = level <= 1 ? early : late;
    if (binding.kind === "draw") throw new Limitation("random draws", binding.span);
    if (binding.kind === "fun" || symbols.some((symbol) => isFunctionType(symbol.typing.type))) continue;
    if (isCountOnly(binding)) continue;
    defineBinding(site, binding, symbols);
  }
}

function isCountOnly(binding: Let<Typed> | LetTuple<Typed>): boolean {
  return binding.initial.kind === "string";
}

function defineBinding(
  site: Site,
  binding: Exclude<CheckedProgram["bindings"][number], Fun<Typed> | Draw<Typed>>,
  symbols: readonly Symbol[],
): void {
  const [first] = symbols;
  if (binding.kind === "let" && first !== undefined) {
    site.scope.define(
      first,
      named(site, first.name, () => lower(site, binding.initial)),
    );
    return;
  }
  const lowered = lower(site, binding.initial);
  symbols.forEach((symbol, index) => {
    const part =
      lowered.kind === "tuple"
        ? lowered.parts[index]
        : value(site.builder.part(asVariable(site.builder, lowered, null, binding.span), index));
    if (part !== undefined) site.scope.define(symbol, part);
  });
}

function symbolsOf(declaration: Symbol | readonly Symbol[]): readonly Symbol[] {
  return "name" in declaration ? [declaration] : declaration;
}

type Sections = Pick<
  IrProgram,
  "states" | "reports" | "counter" | "initial" | "step" | "loops" | "finish" | "objective" | "until"
>;

function lowerSections(site: Site, program: CheckedProgram): Sections {
  const symbols = program.states.map((state) => symbolOf(state.declaration));
  const counterSymbol = program.step?.counter ? symbolOf(program.step.declaration) : null;
  const counter = counterSymbol === null ? null : parameter(counterSymbol.name, REAL, true);
  if (counterSymbol !== null && counter !== null) site.scope.define(counterSymbol, value(counter));
  const loops = program.step !== null && mayLoop(program.step.body, site.program.definitions);
  const { step, reports } = lowerStep(site, program, symbols, loops);
  return {
    states: program.states.map((state, index) => stateOf(state, symbols[index], step, index)),
    reports: reports.map((report) => report.name),
    counter,
    initial: lowerInitial(site, program.states),
    step,
    loops,
    finish: stateBlock(site, symbols, (place) => [lowerValue(place, program.output.value)]),
    objective:
      program.objective === null
        ? null
        : stateBlock(site, symbols, (place) => [lowerValue(place, program.objective as Expression<Typed>)]),
    until: lowerUntil(site, program, symbols, reports),
  };
}

function stateOf(
  state: State<Typed>,
  symbol: Symbol | undefined,
  step: Block | null,
  index: number,
): IrState {
  const own = symbol ?? symbolOf(state.declaration);
  const { type, interval } = own.typing;
  if (type.kind !== "value") throw new Limitation("this state", state.span);
  const entry = step?.parameters[index];
  const assumed = own.typing.facts.some((fact) => fact.property === "assumed");
  return {
    name: own.name,
    space: type.space,
    doc: state.doc?.lines.join(" ") ?? "",
    assumedInterval: assumed ? interval : null,
    carried: step !== null && entry !== undefined && isRead(step, entry),
  };
}

/** Whether a step reads a state as it was when the step began, other than by passing it through. */
function isRead(step: Block, entry: Variable): boolean {
  const body: Block = { ...step, parameters: [] };
  return freeVariables(body).includes(entry);
}

function lowerInitial(site: Site, states: readonly State<Typed>[]): Block {
  return site.builder.block([], (inner) => {
    const scope = new Scope(site.scope);
    const place = within(site, inner, scope);
    return states.map((state) => {
      const symbol = symbolOf(state.declaration);
      const { type } = symbol.typing;
      if (type.kind !== "value") throw new Limitation("this state", state.span);
      const { space } = type;
      const start = named(place, symbol.name, () =>
        value(promoted(place, filled(place, state.initial, space), symbol)),
      );
      scope.define(symbol, start);
      return asVariable(inner, start, null, state.span);
    });
  });
}

function stateVariables(symbols: readonly Symbol[], suffix = ""): readonly Variable[] {
  return symbols.map((symbol) => ({
    name: symbol.name + suffix,
    type: variableType(symbol),
    shared: false,
  }));
}

function stateBlock(
  site: Site,
  symbols: readonly Symbol[],
  build: (place: Site) => readonly Variable[],
): Block {
  return site.builder.block(stateVariables(symbols), (inner, variables) => {
    const scope = new Scope(site.scope);
    symbols.forEach((symbol, index) => {
      const variable = variables[index];
      if (variable !== undefined) scope.define(symbol, value(variable));
    });
    return build(within(site, inner, scope));
  });
}

function lowerStep(
  site: Site,
  program: CheckedProgram,
  symbols: readonly Symbol[],
  loops: boolean,
): { readonly step: Block | null; readonly reports: readonly Symbol[] } {
  const { step } = program;
  if (step === null) return { step: null, reports: [] };
  const reports = step.body.statements.flatMap((statement) =>
    statement.kind === "report" ? [symbolOf(statement.declaration)] : [],
  );
  const block = site.builder.block(stateVariables(symbols), (inner, variables) => {
    const scope = new Scope(site.scope);
    const old = new Map<Symbol, Lowered>();
    symbols.forEach((symbol, index) => {
      const variable = variables[index];
      if (variable === undefined) return;
      scope.define(symbol, value(variable));
      old.set(symbol, value(variable));
    });
    const place: Site = { builder: inner, scope, program: { ...site.program, old } };
    runStatements(place, step.body.statements);
    const read = (symbol: Symbol): Variable => {
      const found = scope.lookup(symbol);
      if (found === null) throw new Limitation(`\`${symbol.name}\` at the end of the step`, symbol.span);
      return asVariable(inner, found, null, symbol.span);
    };
    const capped = loops
      ? [asVariable(inner, scope.lookup(CAPPED) ?? value(truth(inner, false)), null, step.span)]
      : [];
    return [...symbols.map(read), ...reports.map(read), ...capped];
  });
  return { step: block, reports };
}

/** The test of `converge`, or that no state changes by more than 1e-6 relative. */
function lowerUntil(
  site: Site,
  program: CheckedProgram,
  symbols: readonly Symbol[],
  reports: readonly Symbol[],
): Block | null {
  if (program.step === null) return null;
  const declared = program.targets.some(({ target }) => target.kind === "solver");
  if (declared && program.until === null) return null;
  const before = stateVariables(symbols, "_before");
  const reported = reports.map((symbol): Variable => ({
    name: symbol.name,
    type: variableType(symbol),
    shared: false,
  }));
  const parameters = [...stateVariables(symbols), ...before, ...reported];
  return site.builder.block(parameters, (inner, variables) => {
    const scope = new Scope(site.scope);
    const lastTest = new Map<Symbol, Variable>();
    const old = new Map<Symbol, Lowered>();
    symbols.forEach((symbol, index) => {
      const now = variables[index];
      const then = variables[symbols.length + index];
      if (now === undefined || then === undefined) return;
      scope.define(symbol, value(now));
      lastTest.set(symbol, then);
      old.set(symbol, value(then));
    });
    reports.forEach((symbol, index) => {
      const variable = variables[2 * symbols.length + index];
      if (variable !== undefined) scope.define(symbol, value(variable));
    });
    const place: Site = { builder: inner, scope, program: { ...site.program, lastTest, old } };
    if (program.until !== null) return [lowerValue(place, program.until)];
    return [defaultTest(place, symbols)];
  });
}

function defaultTest(site: Site, symbols: readonly Symbol[]): Variable {
  const { builder: b } = site;
  const changes = symbols.flatMap((symbol) => {
    const now = site.scope.lookup(symbol);
    const before = site.program.lastTest.get(symbol);
    if (now?.kind !== "value" || before === undefined) return [];
    const moved = b.norm2(b.elementwise("sub", [now.variable, before]));
    return [b.elementwise("less", [relativeChange(site, moved, now.variable, before), b.constant(1e-6)])];
  });
  const [first, ...others] = changes;
  if (first === undefined) return truth(b, true);
  return others.reduce((all, one) => b.elementwise("and", [all, one]), first);
}
