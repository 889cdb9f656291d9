import type { Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import type { LibraryName } from "../library/names.ts";
import { constant } from "../types/dimension.ts";
import type { CallMeaning, Typed } from "../types/typing.ts";
import { ENTRYWISE } from "./entrywise.ts";
import { lower, lowerOperator, lowerValue } from "./recursion.ts";
import { relativeChange } from "./change.ts";
import { callFunction, callValue, derivativeForm } from "./functions/functions.ts";
import { entriesOf } from "../ir/inputs.ts";
import { isFunctionName } from "../library/functions/entry.ts";
import { evaluateLibraryFunction } from "./functions/libraryFunctions.ts";
import { isOperatorName, libraryOperator } from "./operators/libraryOperators.ts";
import { lowerProgramCall } from "./called/call.ts";
import { weightsOf } from "./called/weights.ts";
import { asImage } from "./networks/layers.ts";
import { Limitation } from "./limitation.ts";
import { lipschitzOf } from "./functions/lipschitz.ts";
import type { FunctionValue, Lowered, OperatorForm } from "./lowered.ts";
import { lowerIndexSet } from "./operators/indexSets.ts";
import { isKernelName, lowerKernel } from "./operators/kernels.ts";
import { isGiven } from "./operators/given.ts";
import { normOfGivenForm } from "./operators/operatorNorm.ts";
import { applyForm, normOfForm, rowNormsOf } from "./operators/operators.ts";
import { projectOnto, proxOf } from "./functions/prox.ts";
import { solveSettings } from "./solveSettings.ts";
import type { Site } from "./site.ts";
import { value } from "./values.ts";

type Call = Extract<Expression<Typed>, { kind: "call" }>;
type LibraryCall = Extract<CallMeaning, { kind: "library" }>;

/** A call of the language. */
export function lowerCall(site: Site, expression: Call): Lowered {
  const { call, span } = expression;
  switch (call.kind) {
    case "function":
      return value(
        callFunction(
          site,
          call.callee,
          call.arguments.map((argument) => lower(site, argument)),
          span,
        ),
      );
    case "map": {
      const point = call.arguments.map((argument) => lower(site, argument));
      const found = site.scope.lookup(call.symbol);
      const of: FunctionValue =
        found?.kind === "function" ? found.of : { kind: "network", symbol: call.symbol };
      return value(callValue(site, of, point, span));
    }
    case "prox":
      if (call.point === null) return asFunction(site, expression);
      return value(proxOf(site, call, lowerValue(site, call.point), span));
    case "projection":
      if (call.point === null) return asFunction(site, expression);
      return value(projectOnto(site, call.set, lowerValue(site, call.point), span));
    case "derivative":
      return { kind: "operator", operator: derivativeForm(site, call, expression) };
    case "library":
      return lowerLibraryCall(site, expression, call);
    case "program":
      return value(lowerProgramCall(site, call, span));
    case "weights":
      return value(weightsOf(site, call, span));
    case "network":
    case "unknown":
      throw new Limitation("this call", span);
  }
}

function asFunction(site: Site, expression: Call): Lowered {
  return { kind: "function", of: { kind: "expression", expression, scope: site.scope } };
}

function lowerLibraryCall(site: Site, expression: Call, call: LibraryCall): Lowered {
  const { name } = call;
  const { span } = expression;
  if (isOperatorName(name)) {
    const noted = expression.note.type;
    const type = call.operator ?? (noted.kind === "operator" ? noted : null);
    if (type === null) throw new Limitation(`\`${name}\` without a type`, span);
    return {
      kind: "operator",
      operator: libraryOperator(site, name, call.settings, call.arguments, type, span),
    };
  }
  if (expression.note.type.kind === "function") return asFunction(site, expression);
  if (name === "each") return { kind: "operator", operator: eachForm(site, expression, call) };
  const [first] = call.arguments;
  if (isFunctionName(name) && first !== undefined) {
    return value(evaluateLibraryFunction(site, name, call.settings, lowerValue(site, first), [], span));
  }
  return value(lowerArrayFunction(site, name, expression, call));
}

/** `each(A)` as an operator. */
function eachForm(site: Site, { note, span }: Call, { arguments: [first] }: LibraryCall): OperatorForm {
  const { type } = note;
  if (type.kind !== "operator") throw new Limitation("this use of `each`", span);
  const of = lowerOperator(site, required(first, span));
  const place = { span, sampled: site.program.sampled };
  return { kind: "each", of, place, domain: type.domain, codomain: type.codomain };
}

function lowerArrayFunction(site: Site, name: LibraryName, expression: Call, call: LibraryCall): Variable {
  const { builder: b } = site;
  const { span } = expression;
  const entrywise = ENTRYWISE[name];
  if (entrywise !== undefined) {
    return b.elementwise(
      entrywise,
      call.arguments.map((argument) => lowerValue(site, argument)),
    );
  }
  if (isKernelName(name)) return lowerKernel(site, name, call.settings, expression);
  const [first, second, third] = call.arguments;
  if (first === undefined) throw new Limitation(`\`${name}\` without an argument`, span);
  switch (name) {
    case "norm": {
      const norm = isGiven(first, site.program.definitions) ? normOfGivenForm : normOfForm;
      return norm(b, lowerOperator(site, first));
    }
    case "row_norms":
      return lowerRowNorms(site, first, span);
    case "interleaved":
    case "consecutive":
      return lowerIndexSet(site, name, expression, call.settings);
    case "lip":
      return lipschitzOf(site, first);
    case "dot":
      return b.dot(lowerValue(site, first), lowerValue(site, required(second, span)));
    case "sum":
      return b.sum(lowerValue(site, first));
    case "mean": {
      const x = lowerValue(site, first);
      return b.elementwise("div", [b.sum(x), b.count(x)]);
    }
    case "maximum":
      return b.maximum(lowerValue(site, first));
    case "minimum":
      return b.minimum(lowerValue(site, first));
    case "clip": {
      const low = lowerValue(site, required(second, span));
      const high = lowerValue(site, required(third, span));
      return b.elementwise("min", [b.elementwise("max", [lowerValue(site, first), low]), high]);
    }
    case "soft_select":
      return softSelect(site, call, span);
    case "stop_gradient":
      return b.stopGradient(lowerValue(site, first));
    case "solve":
      return lowerSolve(site, expression, call);
    case "change":
      return lowerChange(site, first, call, span);
    case "concat":
      return b.concat(call.arguments.map((argument) => asImage(b, lowerValue(site, argument))));
    case "channel":
      return lowerChannel(site, first, required(second, span), expression);
    default:
      throw new Limitation(`\`${name}\` inside a program`, span);
  }
}

/** `row_norms(A)`; what is made up of operators is written out as a matrix, of which the sizes are known. */
function lowerRowNorms(site: Site, of: Expression<Typed>, span: Call["span"]): Variable {
  const operator = lowerOperator(site, of);
  const isOfRun = operator.kind === "bound" && operator.variable.shared;
  if (!isOfRun && entriesOf(operator.domain) === null) {
    throw new Limitation("row norms on a named space of what is no operator of the run", span);
  }
  return rowNormsOf(site.builder, operator);
}

/** soft, but of the floor(p n) entries of largest modulus those above theta pass whole. */
function softSelect(site: Site, call: LibraryCall, span: Call["span"]): Variable {
  const { builder: b } = site;
  const [first, second] = call.arguments;
  const v = lowerValue(site, required(first, span));
  const theta = lowerValue(site, required(second, span));
  const keep = call.settings["keep"];
  const share = keep?.kind === "expression" ? lowerValue(site, keep.value) : b.constant(numberOf(keep));
  return b.elementwise("select", [
    b.largest(v, share),
    b.elementwise("hard", [v, theta]),
    b.elementwise("soft", [v, theta]),
  ]);
}

function numberOf(setting: LibraryCall["settings"][string] | undefined): number {
  return setting?.kind === "number" ? setting.value : 0;
}

function lowerSolve(site: Site, expression: Call, call: LibraryCall): Variable {
  const { span } = expression;
  const [first, second] = call.arguments;
  const operator = lowerOperator(site, required(first, span));
  const right = lowerValue(site, required(second, span), operator.codomain);
  const start = call.settings["start"];
  const from = start?.kind === "expression" ? lowerValue(site, start.value, operator.domain) : null;
  const by = call.settings["by"] ?? null;
  return site.builder.solve(right, from, solveSettings(by, span), (inner, z) =>
    applyForm(inner, operator, z),
  );
}

/** |x_new - x_old| / max(|x_new|, |x_old|), 0 if both are 0; x_old is the state at the last test. */
function lowerChange(site: Site, first: Expression<Typed>, call: LibraryCall, span: Call["span"]): Variable {
  const { builder: b } = site;
  const reference = first.kind === "name" ? first.reference : null;
  const old = reference?.kind === "symbol" ? site.program.lastTest.get(reference.symbol) : undefined;
  if (old === undefined) throw new Limitation("`change` of what is no state", span);
  const now = lowerValue(site, first);
  const moved = b.norm2(b.elementwise("sub", [now, old]));
  const mode = call.arguments[1];
  const absolute =
    (mode?.kind === "name" && mode.name === "absolute") ||
    Object.values(call.settings).some((setting) => setting.kind === "word" && setting.value === "absolute");
  if (absolute) return moved;
  return relativeChange(site, moved, now, old);
}

function lowerChannel(
  site: Site,
  first: Expression<Typed>,
  second: Expression<Typed>,
  expression: Call,
): Variable {
  const { builder: b } = site;
  const { type } = expression.note;
  if (second.kind !== "number" || type.kind !== "value")
    throw new Limitation("this channel", expression.span);
  const one = b.channels(lowerValue(site, first), constant(second.value), constant(1));
  return b.reshape(one, type.space);
}

function required(argument: Expression<Typed> | undefined, span: Call["span"]): Expression<Typed> {
  if (argument === undefined) throw new Limitation("a call with too few arguments", span);
  return argument;
}
