import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { ArrayRule, ArraySignature } from "../../library/arrays/signature.ts";
import { ARRAYS, type ArrayName } from "../../library/arrays/table.ts";
import { point } from "../../types/interval.ts";
import { REAL } from "../../types/space.ts";
import { resolveSpace } from "../../types/substitution.ts";
import type { Typed, Typing } from "../../types/typing.ts";
import { type Environment, latest, report } from "../context.ts";
import { checkExpression } from "../expression.ts";
import { named } from "../references.ts";
import { typing, unknownTyping, valueTyping } from "../typed.ts";
import { checkArguments, type CheckedArguments } from "./arguments.ts";
import { type CallResult } from "./unknown.ts";
import { checkIndexSet } from "./indexSets.ts";
import { checkBatch, checkFile, checkIndexDraw, checkNoise } from "./draws.ts";
import { checkChannel, checkConcat, checkKernel, checkMod } from "./images.ts";
import { checkLipschitz, checkOperatorNorm, checkRowNorms } from "./norms.ts";
import { checkUnappliedDerivative } from "./derivative.ts";
import { checkEach } from "./each.ts";
import { checkProjection, checkProx } from "./prox.ts";
import { checkChange, checkSolve } from "./solve.ts";
import {
  checkChoose,
  checkClip,
  checkDot,
  checkEntrywise,
  checkPairwise,
  checkReduction,
  checkSame,
  checkShrinkage,
} from "./values.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Name = Extract<Expression, { kind: "name" }>;

/** What a rule for a call of the family gets. */
export interface ArrayCall {
  readonly environment: Environment;
  readonly name: ArrayName;
  readonly callee: Name;
  readonly args: CheckedArguments;
  readonly level: Typing["level"];
}

type Rules = {
  readonly [K in ArrayRule["kind"]]: (
    call: ArrayCall,
    rule: Extract<ArrayRule, { kind: K }>,
  ) => Typing | CallResult;
};

const RULES: Rules = {
  entrywise: checkEntrywise,
  pairwise: checkPairwise,
  clip: checkClip,
  shrinkage: checkShrinkage,
  choose: checkChoose,
  same: checkSame,
  dot: checkDot,
  reduction: checkReduction,
  operatorNorm: checkOperatorNorm,
  lipschitz: checkLipschitz,
  rowNorms: checkRowNorms,
  pi: () => unknownTyping(),
  ones: () => unknownTyping(),
  concat: checkConcat,
  channel: checkChannel,
  mod: checkMod,
  kernel: checkKernel,
  index: checkIndexDraw,
  batch: checkBatch,
  indexSet: checkIndexSet,
  noise: checkNoise,
  file: checkFile,
  prox: ({ environment, args }) => checkProx(environment, args),
  projection: ({ environment, args, callee }) =>
    checkProjection(environment, args, `${callee.span.start}-${callee.span.end}`),
  solve: checkSolve,
  change: checkChange,
  derivative: checkUnappliedDerivative,
  each: checkEach,
};

function apply<K extends ArrayRule["kind"]>(kind: K, call: ArrayCall, rule: ArrayRule): Typing | CallResult {
  // the table pairs each kind with the rule for that kind, which the type system cannot follow through an index
  return (RULES[kind] as (call: ArrayCall, rule: ArrayRule) => Typing | CallResult)(call, rule);
}

/** A name of the family without brackets: `ones`, `pi`, `normal`; also `abs` and the like, as maps. */
export function checkArrayName(
  environment: Environment,
  expression: Name,
  name: ArrayName,
): Expression<Typed> {
  const signature: ArraySignature = ARRAYS[name];
  const reference = { kind: "library", name } as const;
  const key = `${expression.span.start}-${expression.span.end}`;
  const { rule, parameters } = signature;
  const open = { kind: "named", name: `?${key}:T`, field: "any" } as const;
  switch (rule.kind) {
    case "pi":
      return named(expression, reference, valueTyping(REAL, 0, point(Math.PI)));
    case "ones":
      return named(expression, reference, {
        ...typing({ kind: "value", space: resolveSpace(environment.run.substitution, open) }, 0),
        interval: point(1),
      });
    case "noise":
      if (rule.arguments === 0)
        return named(expression, reference, typing({ kind: "distribution", space: null }, 0));
      break;
    case "entrywise":
      if (rule.result === "same" && rule.asks === null) {
        return named(
          expression,
          reference,
          typing({ kind: "function", parameters: [open], result: open }, 0),
        );
      }
      break;
    default:
      break;
  }
  const atLeast = signature.variadic === true;
  report(environment, diagnose("IPX1010", expression.span, { callee: name, parameters, count: 0, atLeast }));
  return named(expression, reference, unknownTyping());
}

/** A call of a name for numbers and arrays. */
export function checkArrayCall(
  environment: Environment,
  expression: Call,
  callee: Name,
  name: ArrayName,
): Expression<Typed> {
  const signature: ArraySignature = ARRAYS[name];
  const typedCallee = named(callee, { kind: "library", name }, unknownTyping());
  const isChange = signature.rule.kind === "change";
  const args = checkArguments(
    environment,
    {
      name,
      parameters: isChange ? ["x", "absolute"] : signature.parameters,
      optional: isChange ? 1 : 0,
      variadic: signature.variadic === true,
      settings: signature.settings,
    },
    callee.span,
    expression.arguments,
    (argument, position) =>
      isChange && position === 1
        ? checkAbsolute(environment, argument)
        : checkExpression(environment, argument),
  );
  const level = latest(...args.tree.map(({ value }) => (value.kind === "targetCall" ? 0 : value.note.level)));
  const result = args.sound
    ? apply(signature.rule.kind, { environment, name, callee, args, level }, signature.rule)
    : unknownTyping(level);
  const made: CallResult = "call" in result ? result : { call: libraryMeaning(name, args), note: result };
  return { ...expression, callee: typedCallee, arguments: args.tree, ...made };
}

function libraryMeaning(name: ArrayName, args: CheckedArguments): CallResult["call"] {
  return { kind: "library", name, arguments: args.positional, settings: args.settings, operator: null };
}

/** The word of `change(x, absolute)`. */
function checkAbsolute(environment: Environment, argument: Expression): Expression<Typed> {
  if (argument.kind === "name" && argument.name === "absolute") {
    return { ...argument, reference: { kind: "word" }, note: typing({ kind: "word" }, 0) };
  }
  const tree = checkExpression({ ...environment, silent: true }, argument);
  const args = { setting: "change", value: "this", words: ["absolute"], suggestion: null };
  report(environment, diagnose("IPX1014", argument.span, args));
  return tree;
}
