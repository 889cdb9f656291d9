import type { CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import {
  OPERATORS,
  type SpecialOperatorName,
  type OperatorName,
} from "../../compiler/library/operators/table.ts";
import { OPERATOR_NAMES } from "../../compiler/library/names.ts";
import type { Span } from "../../compiler/source/span.ts";
import { type LibraryOperatorName, RAMP_WINDOWS } from "../../runtime/operators/library.ts";
import { Failure } from "../failure.ts";
import { expressionOf, operatorArguments } from "./arguments.ts";
import type { Scope } from "./evaluate.ts";
import { fault, outOfPlace } from "./faults.ts";
import { VALUE_FUNCTIONS } from "./functions.ts";
import { filteredBackprojectionDraft } from "./draft.ts";
import { blockDraft, INVERTED, stackedDraft } from "./stackDraft.ts";
import { libraryDraft, matrixDraft, minCoherenceDraft, sparseDraft } from "./libraryDraft.ts";
import { isKernelName, KERNEL_NAMES, kernelCall } from "./kernelCall.ts";
import { midpointsCall } from "./midpointsCall.ts";
import { readerOf, READERS } from "./readFiles.ts";
import { SPACE_RULES } from "./spaceRules.ts";
import { TRAINED } from "./trainedCall.ts";
import { KIND_WORDS, numberThing, type Thing, valueOf } from "./thing.ts";

type Evaluate = (scope: Scope, expression: Expression) => Thing;
type Call = CallExpression<Parsed>;

/** All names that a binding may use. */
export const LIBRARY_WORDS: readonly string[] = [
  ...OPERATOR_NAMES,
  ...READERS,
  ...VALUE_FUNCTIONS.keys(),
  ...KERNEL_NAMES,
  "midpoints",
  "norm",
  "pi",
  TRAINED,
];

function isRuntimeOperator(name: string): name is LibraryOperatorName {
  return Object.hasOwn(SPACE_RULES, name);
}

function isOperatorName(name: string): name is OperatorName {
  return OPERATOR_NAMES.some((known) => known === name);
}

function isSpecial(name: OperatorName): name is SpecialOperatorName {
  return name === "vstack" || name === "hstack" || name === "blockdiag";
}

/** `I`, `fourier`, `gradient`, ... without brackets; null for another name. */
export function bareOperator(name: string, span: Span): Thing | null {
  if (!isRuntimeOperator(name)) return null;
  return { kind: "operator", draft: libraryDraft({ span, text: name, name, settings: {}, arrays: [] }) };
}

/** What a call stands for. */
export function evaluateCall(scope: Scope, call: Call, evaluate: Evaluate): Thing {
  const { callee, span } = call;
  if (callee.kind !== "name") throw outOfPlace(callee.span, "Calling what is no name");
  const { name } = callee;
  if (scope.names.has(name)) {
    throw fault(span, `\`${name}\` is bound, and is no function`, "Operators are applied with `*`.");
  }
  if (name === TRAINED) {
    const map = scope.maps?.get(call);
    if (map === undefined) throw outOfPlace(span, `\`${TRAINED}\``);
    return { kind: "map", map };
  }
  if (readerOf(call) !== null) return readCall(scope, call);
  if (isOperatorName(name)) return operatorCall(scope, call, name, evaluate);
  if (isKernelName(name)) return kernelCall(call, name, (at) => evaluate(scope, at));
  if (name === "midpoints") return midpointsCall(call, (at) => evaluate(scope, at));
  if (name === "norm") return normCall(scope, call, evaluate);
  const known = VALUE_FUNCTIONS.get(name);
  if (known === undefined) {
    const suggestion = nearest(name, LIBRARY_WORDS);
    throw new Failure([diagnose("IPX8401", callee.span, { name, suggestion })]);
  }
  const given = call.arguments.map((argument) => evaluate(scope, expressionOf(argument)));
  if (given.length !== known.takes) {
    throw fault(
      span,
      `\`${name}\` takes ${known.takes} ${known.takes === 1 ? "argument" : "arguments"}, not ${given.length}`,
    );
  }
  const numbers = given.flatMap((thing) => (thing.kind === "number" ? [thing.value] : []));
  if (known.numbers !== undefined && numbers.length === given.length)
    return numberThing(known.numbers(...numbers));
  const values = given.map((thing, index) => {
    const value = valueOf(scope.operations, thing);
    if (value !== null) return value;
    throw fault(
      call.arguments[index]?.span ?? span,
      `\`${name}\` takes arrays and numbers, not ${KIND_WORDS[thing.kind]}`,
    );
  });
  return { kind: "value", value: known.apply(scope.operations, values) };
}

function readCall(scope: Scope, call: Call): Thing {
  const array = scope.files.get(call);
  if (array === undefined) throw new Error("a file of a binding was not read before");
  const reader = readerOf(call);
  const [file] = call.arguments;
  const name = file?.value.kind === "string" ? file.value.value : "A";
  if ("kind" in array) return { kind: "operator", draft: sparseDraft(call.span, `sparse("${name}")`, array) };
  if (reader !== "matrix") return { kind: "host", array, batched: false };
  return { kind: "operator", draft: matrixDraft(call.span, `matrix("${name}")`, array) };
}

function operatorCall(scope: Scope, call: Call, name: OperatorName, evaluate: Evaluate): Thing {
  const thing = (expression: Expression): Thing => evaluate(scope, expression);
  if (isSpecial(name)) {
    const parts = call.arguments.map((argument) => {
      const part = thing(expressionOf(argument));
      if (part.kind === "operator") return part.draft;
      throw fault(argument.span, `\`${name}\` takes operators`);
    });
    const draft = name === "blockdiag" ? blockDraft(call.span, parts) : stackedDraft(call.span, name, parts);
    return { kind: "operator", draft };
  }
  const value = (expression: Expression): ReturnType<typeof required> =>
    required(scope, thing(expression), expression, name);
  const { settings, arrays, operators } = operatorArguments(call, name, OPERATORS[name], { thing, value });
  const [operator] = operators;
  if (name === "min_coherence" || name === "inv" || name === "pinv") {
    if (operator === undefined) throw fault(call.span, `\`${name}\` takes an operator`);
    const make = name === "min_coherence" ? minCoherenceDraft : INVERTED[name];
    return { kind: "operator", draft: make(call.span, operator.draft, settings) };
  }
  if (name === "filtered_backprojection") {
    if (operator === undefined) throw fault(call.span, `\`${name}\` takes an operator`);
    const filter = RAMP_WINDOWS.find((each) => each === settings["filter"]) ?? "ramp";
    return { kind: "operator", draft: filteredBackprojectionDraft(call.span, operator.draft, filter) };
  }
  if (!isRuntimeOperator(name)) throw outOfPlace(call.span, `\`${name}\` cannot be run yet, and`);
  const text = name === "mask" && arrays.length > 0 ? "mask(P)" : `${name}(...)`;
  return { kind: "operator", draft: libraryDraft({ span: call.span, text, name, settings, arrays }) };
}

function required(
  scope: Scope,
  thing: Thing,
  at: Expression,
  name: string,
): NonNullable<ReturnType<typeof valueOf>> {
  const value = valueOf(scope.operations, thing);
  if (value !== null) return value;
  throw fault(at.span, `\`${name}\` takes an array here, not ${KIND_WORDS[thing.kind]}`);
}

/** `norm(A)`: the bound of an operator whose spaces are known. */
function normCall(scope: Scope, call: Call, evaluate: Evaluate): Thing {
  const [argument, ...more] = call.arguments;
  const of = argument === undefined ? null : evaluate(scope, expressionOf(argument));
  if (of?.kind !== "operator" || more.length > 0) throw fault(call.span, "`norm` takes one operator");
  const operator = of.draft.realise(scope.operations, { domain: null, codomain: null });
  return numberThing(operator.norm.value);
}
