import type { Argument, Expression, ExpressionKind, Stage, TargetCall } from "../tree.ts";
import { bracketed, commaSeparated, flat, type Pieces } from "./pieces.ts";

/** How tightly each kind of expression binds; a looser one needs parentheses where a tighter one is wanted. */
const tightness: { readonly [K in ExpressionKind]: number } = {
  conditional: 0,
  pipe: 1,
  logical: 2,
  not: 4,
  comparison: 5,
  sum: 6,
  product: 7,
  negate: 8,
  power: 9,
  call: 10,
  index: 10,
  adjoint: 10,
  number: 11,
  string: 11,
  truth: 11,
  infinity: 11,
  name: 11,
  old: 11,
  gradient: 11,
  tuple: 11,
};

/** What may stand where. */
export const position = { any: 0, disjunction: 2, conjunction: 3, comparison: 5, sum: 6 } as const;

function tightnessOf<S extends Stage>(expression: Expression<S>): number {
  if (expression.kind === "logical" && expression.operator === "and") return position.conjunction;
  return tightness[expression.kind];
}

/** Prints an expression on one line. */
export function printExpression<S extends Stage>(expression: Expression<S>): string {
  return flat(pieces(expression));
}

/** Prints an expression where one at least as tight as `least` is wanted. */
export function pieces<S extends Stage>(expression: Expression<S>, least: number = position.any): Pieces {
  const bare = unbracketed(expression);
  const needed = tightnessOf(expression) < least;
  const kept = expression.parenthesised === true && expression.kind !== "tuple";
  return needed || kept ? bracketed("(", bare, ")") : bare;
}

function unbracketed<S extends Stage>(expression: Expression<S>): Pieces {
  switch (expression.kind) {
    case "number":
      return [expression.text];
    case "string":
      return [`"${expression.value}"`];
    case "truth":
      return [String(expression.value)];
    case "infinity":
      return ["inf"];
    case "name":
      return [expression.name];
    case "old":
      return [`old ${expression.name.name}`];
    case "gradient":
      return ["grad ", ...gradientOf(expression.of)];
    case "tuple":
      return bracketed("(", commaSeparated(expression.entries.map((entry) => pieces(entry))), ")");
    case "conditional":
      return [
        ...["if ", ...pieces(expression.condition)],
        ...[" then ", ...pieces(expression.consequent)],
        ...[" else ", ...pieces(expression.alternative)],
      ];
    default:
      return compound(expression);
  }
}

type Compound<S extends Stage> = Exclude<
  Expression<S>,
  {
    readonly kind:
      "number" | "string" | "truth" | "infinity" | "name" | "old" | "gradient" | "tuple" | "conditional";
  }
>;

function compound<S extends Stage>(expression: Compound<S>): Pieces {
  const own = tightnessOf(expression);
  switch (expression.kind) {
    case "negate":
      return ["-", ...pieces(expression.operand, own)];
    case "not":
      return ["not ", ...pieces(expression.operand, own + 1)];
    case "power":
      return [
        ...pieces(expression.base, own + 1),
        ...sign(expression.operator),
        ...pieces(expression.exponent, own - 1),
      ];
    case "pipe":
      return infix(pieces(expression.value, own), "|>", pieces(expression.into, own + 1));
    case "product": {
      const [left, right] = [pieces(expression.left, own), pieces(expression.right, own + 1)];
      return [...left, ...sign(expression.operator), ...right];
    }
    case "comparison":
      return infix(pieces(expression.left, own + 1), expression.operator, pieces(expression.right, own + 1));
    case "sum":
    case "logical":
      return infix(pieces(expression.left, own), expression.operator, pieces(expression.right, own + 1));
    case "call":
      return [...pieces(expression.callee, own), ...argumentPieces(expression.arguments)];
    case "index": {
      const indices = expression.indices.map((index) => pieces(index, position.sum));
      return [...pieces(expression.operand, own), ...bracketed("[", commaSeparated(indices), "]")];
    }
    case "adjoint":
      return [...pieces(expression.operand, own), "'"];
  }
}

/** Dotted signs stand between blanks, `*`, `/` and `^` do not. */
function sign(operator: string): Pieces {
  return [operator.startsWith(".") ? ` ${operator} ` : operator];
}

function infix(left: Pieces, operator: string, right: Pieces): Pieces {
  return [...left, { flat: " ", rank: 1 }, `${operator} `, ...right];
}

function gradientOf<S extends Stage>(of: Expression<S>): Pieces {
  if (of.kind === "name" || of.kind === "tuple") return pieces(of);
  return bracketed("(", unbracketed(of), ")");
}

/** Prints the arguments of a call, with their brackets. */
export function argumentPieces<S extends Stage>(list: readonly Argument<S>[]): Pieces {
  return bracketed("(", commaSeparated(list.map(argument)), ")");
}

function argument<S extends Stage>({ name, value }: Argument<S>): Pieces {
  const printed = value.kind === "targetCall" ? target(value) : pieces(value);
  return name === null ? printed : [`${name.name} = `, ...printed];
}

function target<S extends Stage>(call: TargetCall<S>): Pieces {
  return [call.target, ...argumentPieces(call.arguments)];
}
