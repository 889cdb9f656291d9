import type { Certificate, DataDeclaration, IntervalDeclaration } from "../../runtime/program/definition.ts";
import type { Draw, Expression, Fun, Given, Input, Learn, Let, LetTuple } from "../ast/tree.ts";
import type { CheckedProgram } from "../check/program.ts";
import { IrBuilder } from "../ir/build.ts";
import type { Block, Variable } from "../ir/block.ts";
import { Functions } from "../ir/functions.ts";
import type { IrData, IrParameter, IrProgram } from "../ir/program.ts";
import { entriesOf } from "../ir/inputs.ts";
import { symbolOf } from "../library/calculus/analyse.ts";
import type { Fact } from "../types/property.ts";
import { arraySpace, REAL } from "../types/space.ts";
import type { Space } from "../types/space.ts";
import type { Type } from "../types/type.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { filled, variableType } from "./declared.ts";
import { withCounts } from "./counts.ts";
import { DrawTable } from "./drawTable.ts";
import { runDraw } from "./draws.ts";
import { learnedFilters } from "./convolution.ts";
import { collectDefinitions } from "./definitions.ts";
import { lowerExpression } from "./expression.ts";
import { lower } from "./recursion.ts";
import { Limitation } from "./limitation.ts";
import type { Lowered } from "./lowered.ts";
import { lowerNetwork } from "./networks.ts";
import type { LoweredNetwork } from "./networks.ts";
import { matrixOfForm } from "./operators.ts";
import { lowerSet, normalised, projection, withoutMean } from "./sets.ts";
import { Scope } from "./scope.ts";
import { lowerSections } from "./sections.ts";
import type { ProgramContext, Site } from "./site.ts";
import { within } from "./site.ts";
import { named } from "./statements.ts";
import { asVariable, isFunctionType, spaceOfVariable, value } from "./values.ts";

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
  const draws = new DrawTable();
  const declarations: ProgramContext = {
    lowerExpression,
    definitions: collectDefinitions(program),
    networks,
    sampled: null,
    nets: program.nets,
    layers: null,
    draws,
    defaults: defaultsOf(program),
    old: new Map(),
    lastTest: new Map(),
  };
  const first: Site = { builder: constants, scope: new Scope(null), program: declarations };
  const givens = program.givens.map((given) => lowerData(first, given));
  const inputs = program.inputs.map((input) => lowerData(first, input));
  const sampled = inputs.find(({ variable }) => variable.type.kind === "value")?.variable ?? null;
  const context: ProgramContext = { ...declarations, sampled };
  const early: Site = { ...first, program: context };
  const site: Site = { builder: prepare, scope: new Scope(early.scope), program: context };
  const learned = program.learnables.map((learn) => declareLearnable(early, learn));
  program.learnables.forEach((learn) => {
    if (learn.type.kind === "netType") {
      const network = lowerNetwork(early, learn);
      networks.set(network.symbol, network);
    }
  });
  lowerBindings(early, site, program);
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
    draws: draws.all,
    functions: functions.all(),
    constants: { parameters: [], equations: constants.equations, results: [] },
    prepare: { parameters: [], equations: prepare.equations, results: [] },
    ...sections,
    targets: program.targets.map((each) => ({
      target: withCounts(each, context.definitions),
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

function loweredOf(variable: Variable, symbol: Symbol): Lowered {
  if (variable.type.kind === "map") return { kind: "function", of: { kind: "given", map: variable } };
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
  const filters = learnedFilters(learn);
  if (filters !== null) {
    const { space, boundary } = filters;
    const variable: Variable = { name: symbol.name, type: { kind: "value", space }, shared: true };
    const { domain, codomain } = type;
    site.scope.define(symbol, {
      kind: "operator",
      operator: { kind: "convolution", filters: variable, boundary, domain, codomain },
    });
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
      initial: startOf(site, learn, variable),
      spectralBound: null,
      ...projectionOf(site, learn, variable),
    },
  ];
}

function viaOf(learn: Learn<Typed>): IrParameter["via"] {
  const name = learn.via?.name;
  return name === "softplus" || name === "log" || name === "sigmoid" ? name : "projection";
}

function startOf(site: Site, learn: Learn<Typed>, variable: Variable): IrParameter["initial"] {
  const filters = learn.type.kind === "netType" ? null : learnedFilters(learn);
  if (filters !== null) return { kind: "random", init: filters.init };
  return { kind: "block", block: startBlock(site, learn, variable) };
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

/** The nearest value of the set and of the properties in which a learnable is kept. */
function projectionOf(site: Site, learn: Learn<Typed>, variable: Variable): Pick<IrParameter, "projection"> {
  const { type } = learn;
  const set = "bounds" in type && type.bounds?.kind === "set" ? type.bounds.expression : null;
  const { facts } = symbolOf(learn.declaration).typing;
  const has = (property: Fact["property"]): boolean => facts.some((fact) => fact.property === property);
  if (set === null && !has("zero_mean") && !has("unit_norm")) return {};
  const block = site.builder.block([], (inner) => {
    const place = within(site, inner, new Scope(site.scope));
    const centred = has("zero_mean") ? withoutMean(inner, variable) : variable;
    const inside = set === null ? centred : projection(place, lowerSet(place, set, learn.span), centred);
    return [has("unit_norm") ? normalised(inner, inside) : inside];
  });
  return { projection: block };
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
    if (binding.kind === "draw") {
      runDraw(late, binding, "sample");
      continue;
    }
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
