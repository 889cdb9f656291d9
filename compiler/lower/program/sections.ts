import type { Expression, State } from "../../ast/tree.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { parameter } from "../../ir/build.ts";
import type { Block, Variable } from "../../ir/block.ts";
import type { IrProgram, IrState } from "../../ir/program.ts";
import { freeVariables } from "../../ir/variables.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { REAL } from "../../types/space.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { relativeChange } from "../change.ts";
import { filled, variableType } from "./declared.ts";
import { CAPPED, mayLoop } from "../effects.ts";
import { Limitation } from "../limitation.ts";
import type { Lowered } from "../lowered.ts";
import { lowerValue } from "../recursion.ts";
import { Scope } from "../scope.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { named, promoted, runStatements } from "../statements.ts";
import { asVariable, truth, value } from "../values.ts";

/** What a program does with its states. */
export type Sections = Pick<
  IrProgram,
  "states" | "reports" | "counter" | "initial" | "step" | "loops" | "finish" | "objective" | "until"
>;

/** Start, step, output, objective and test of a program, on a site that has its members. */
export function lowerSections(site: Site, program: CheckedProgram): Sections {
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
    const place: Site = { builder: inner, scope, program: { ...site.program, old, inStep: true } };
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
