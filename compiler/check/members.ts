import type {
  Given,
  Input,
  Learn,
  Objective,
  Output,
  State,
  Step,
  Type as WrittenType,
} from "../ast/tree.ts";
import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Fact } from "../types/property.ts";
import { type Type, UNKNOWN, valueType } from "../types/type.ts";
import type { Level, Symbol, Typed, Typing } from "../types/typing.ts";
import { awaitRead, type Environment, report, type SignatureParameter } from "./context.ts";
import { expectDeclared } from "./declared.ts";
import { expectRealNumber, expectValue } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { checkLearnedSet, intervalOfSet, setOf } from "./learnedSets.ts";
import { checkNetwork } from "./layers/wiring.ts";
import { checkWeightsGiven, programOfWeights } from "./programs/weightNetworks.ts";
import { checkLearnBounds, checkStage } from "./stages.ts";
import { checkProperties } from "./properties.ts";
import { nestedScope } from "./scope.ts";
import { checkKept, checkKeptRange } from "./rules/keptNetworks.ts";
import { checkStart } from "./starts.ts";
import { checkBlock } from "./statements/block.ts";
import { declare } from "./symbols.ts";
import { typing, valueTyping } from "./typed.ts";
import { type CheckedType, checkType } from "./writtenTypes.ts";

/** The note of a declared name: what it is, and since when it is known. */
function declaredNote(written: CheckedType, level: Level, facts: readonly Fact[]): Typing {
  const { type, bounds } = written;
  if (type.kind !== "value") return typing(type, level, null, facts);
  const note = valueTyping(type.space, level, bounds?.outer, facts);
  const binary = facts.some(({ property }) => property === "binary");
  const nonnegative = facts.some(({ property }) => property === "nonnegative");
  const low = binary || nonnegative ? { low: 0, lowOpen: false } : {};
  const high = binary ? { high: 1, highOpen: false } : {};
  return note.interval === null ? note : { ...note, interval: { ...note.interval, ...low, ...high } };
}

function propertiesOf(
  environment: Environment,
  tree: Given | Input | Learn | State,
  written: CheckedType,
  provenance: Fact["provenance"],
): ReturnType<typeof checkProperties> {
  const last = tree.kind === "input" ? tree.type : (tree.initial ?? tree.type);
  const owner = {
    type: written.type,
    isState: tree.kind === "state",
    asserts: null,
    provenance,
    span: tree.name.span,
    end: last.span.end,
  };
  return checkProperties(environment, tree.properties, owner);
}

/** Records how a map or a network is called. */
function sign(environment: Environment, symbol: Symbol, written: CheckedType, level: Level): void {
  const { type } = written;
  if (type.kind !== "function") return;
  const types = type.higher ?? type.parameters.map(valueType);
  const parameters = types.map((parameter, index): SignatureParameter => ({
    name: types.length === 1 ? "x" : `x${index + 1}`,
    type: parameter,
    bounds: null,
  }));
  environment.run.knowledge.signatures.set(symbol, {
    generic: [],
    parameters,
    result: valueType(type.result),
    resultInterval: written.resultBounds?.outer ?? null,
    level,
  });
}

function remember(environment: Environment, symbol: Symbol, written: CheckedType, level: Level): void {
  awaitRead(environment, symbol);
  sign(environment, symbol, written, level);
  if (written.bounds !== null) environment.run.knowledge.bounds.set(symbol, written.bounds);
}

/** `given A : linear X -> Y = e with P`. */
export function checkGiven(outer: Environment, tree: Given): Given<Typed> {
  const environment: Environment = { ...outer, place: "given" };
  const written = checkType(environment, tree.type);
  refuseNet(environment, tree.type);
  const initial = tree.initial === null ? null : checkDefault(environment, tree, written, tree.initial);
  const { trees, facts } = propertiesOf(environment, tree, written, "assumed");
  const note = declaredNote(written, 1, facts);
  const symbol = declare(environment, tree.name, { kind: "given", declaration: tree }, note, tree.perStep);
  remember(environment, symbol, written, 1);
  return { ...tree, type: written.tree, initial, properties: trees, declaration: symbol };
}

function checkDefault(
  environment: Environment,
  tree: Given,
  written: CheckedType,
  initial: Expression,
): Expression<Typed> {
  const declared = { name: tree.name, type: written.type, fills: true };
  const value = expectDeclared(environment, declared, checkExpression(environment, initial));
  checkStage(environment, value, 1, `The default of \`${tree.name.name}\``);
  if (written.bounds !== null) checkStart(environment, tree.name, value, written.bounds);
  return value;
}

/** Networks with weights are learned. */
function refuseNet(environment: Environment, type: WrittenType): void {
  if (type.kind !== "netType") return;
  const hint = "A trained map is declared as `X -> X`, a network with weights as `learn N : net ...`.";
  report(environment, diagnose("IPX2024", type.span, { type: "a network", hint }));
}

/** `input y : Y`. */
export function checkInput(outer: Environment, tree: Input): Input<Typed> {
  const environment: Environment = { ...outer, place: "given" };
  const written = checkType(environment, tree.type);
  refuseNet(environment, tree.type);
  const { trees, facts } = propertiesOf(environment, tree, written, "assumed");
  const note = declaredNote(written, 3, facts);
  const symbol = declare(environment, tree.name, { kind: "input", declaration: tree }, note);
  remember(environment, symbol, written, 3);
  return { ...tree, type: written.tree, properties: trees, declaration: symbol };
}

/** `learn t : R in (0, 2/L) per step = 1/L`. */
export function checkLearn(outer: Environment, tree: Learn): Learn<Typed> {
  const environment: Environment = { ...outer, place: "learn" };
  const written = checkType(environment, tree.type);
  checkVia(environment, tree);
  const initial = checkLearnStart(environment, tree, written);
  const { trees, facts } = propertiesOf(environment, tree, written, "proved");
  checkLearnedSet(environment, tree, written, facts);
  const declared = declaredNote(written, 2, facts);
  const note =
    declared.interval === null
      ? declared
      : { ...declared, interval: intervalOfSet(setOf(written)) ?? declared.interval };
  const symbol = declare(environment, tree.name, { kind: "learn", declaration: tree }, note, tree.perStep);
  remember(environment, symbol, written, 2);
  if (tree.type.kind === "netType") {
    environment.run.knowledge.networks.set(symbol, initial);
    checkKept(environment, initial, facts);
    checkKeptRange(environment, written.resultBounds, facts);
    const start = checkWeightsGiven(environment, tree.type);
    if (start !== null) environment.run.knowledge.weightStarts.set(symbol, start);
  }
  return { ...tree, type: written.tree, initial, properties: trees, declaration: symbol };
}

function checkLearnStart(environment: Environment, tree: Learn, written: CheckedType): Expression<Typed> {
  const { type } = written;
  if (tree.type.kind === "netType" && type.kind === "unknown") {
    return checkExpression({ ...environment, silent: true }, tree.initial);
  }
  if (tree.type.kind === "netType" && type.kind === "function") {
    const declared = {
      name: tree.name.name,
      type,
      domainSpan: tree.type.domain.span,
      codomainSpan: tree.type.codomain.span,
      isWeights: programOfWeights(tree.type) !== null,
    };
    return checkNetwork(environment, declared, tree.initial);
  }
  if (tree.type.kind === "functionType") {
    const hint = "A learned map is a network: `learn N : net ... -> ...`.";
    report(environment, diagnose("IPX2024", tree.type.span, { type: "a function", hint }));
    return checkExpression({ ...environment, silent: true }, tree.initial);
  }
  const declared = { name: tree.name, type, fills: true };
  const initial = expectDeclared(environment, declared, checkExpression(environment, tree.initial));
  const sound = checkStage(environment, initial, 2, `The start of \`${tree.name.name}\``);
  if (written.bounds === null) return initial;
  const shared = checkLearnBounds(environment, written.bounds);
  if (sound && shared) checkStart(environment, tree.name, initial, written.bounds);
  return initial;
}

const VIA_WORDS = ["softplus", "log", "sigmoid"] as const;

function checkVia(environment: Environment, tree: Learn): void {
  const { via } = tree;
  if (via === null || VIA_WORDS.some((word) => word === via.name)) return;
  const args = { setting: "via", value: via.name, words: VIA_WORDS, suggestion: null };
  report(environment, diagnose("IPX1014", via.span, args));
}

/** `state x : X = 0`. */
export function checkState(outer: Environment, tree: State): State<Typed> {
  const environment: Environment = { ...outer, place: "state" };
  const written = checkType(environment, tree.type);
  refuseMap(environment, tree.type, written.type);
  const type = written.type.kind === "value" ? written.type : UNKNOWN;
  const declared = { name: tree.name, type, fills: true };
  const initial = expectDeclared(environment, declared, checkExpression(environment, tree.initial));
  checkStage(environment, initial, 3, `The start of \`${tree.name.name}\``);
  if (written.bounds !== null) checkStart(environment, tree.name, initial, written.bounds);
  const { trees, facts } = propertiesOf(environment, tree, written, "assumed");
  const note = declaredNote({ ...written, type }, 4, facts);
  const symbol = declare(environment, tree.name, { kind: "state", declaration: tree }, note);
  remember(environment, symbol, written, 4);
  return { ...tree, type: written.tree, initial, properties: trees, declaration: symbol };
}

function refuseMap(environment: Environment, tree: WrittenType, type: Type): void {
  if (type.kind === "value" || type.kind === "unknown") return;
  const hint = "A state is a number, an array or several of them.";
  report(environment, diagnose("IPX2024", tree.span, { type: "an operator or a function", hint }));
}

/** `step k { ... }`. */
export function checkStep(
  outer: Environment,
  tree: Step,
): { readonly tree: Step<Typed>; readonly counter: Symbol | null } {
  const scope = nestedScope(outer.scope);
  const environment: Environment = { ...outer, scope, place: "step", inStep: true };
  const counter =
    tree.counter === null
      ? null
      : declare(environment, tree.counter, { kind: "counter", declaration: tree }, counterNote());
  const body = checkBlock(environment, tree.body, { kind: "step" });
  return { tree: { ...tree, body, declaration: counter ?? [] }, counter };
}

function counterNote(): Typing {
  const space = { kind: "array", element: "int", dimensions: [] } as const;
  return valueTyping(space, 4, { low: 0, high: Infinity, lowOpen: false, highOpen: true });
}

/** `output e`. */
export function checkOutput(outer: Environment, tree: Output): Output<Typed> {
  const environment: Environment = { ...outer, place: "output" };
  const value = checkExpression(environment, tree.value);
  expectValue(environment, value, "A value");
  return { ...tree, value };
}

/** `objective e`, a real number. */
export function checkObjective(outer: Environment, tree: Objective): Objective<Typed> {
  const environment: Environment = { ...outer, place: "objective" };
  return { ...tree, value: expectRealNumber(environment, checkExpression(environment, tree.value)) };
}
