import type { IToken, TokenType } from "chevrotain";
import { endsOperand } from "./boundaries.ts";
import type { Fault } from "./faults.ts";
import { rangeOf } from "./scan.ts";
import {
  CloseBrace,
  CloseBracket,
  CloseParenthesis,
  Comma,
  ComparisonOperator,
  Minus,
  OpenBrace,
  OpenBracket,
  OpenParenthesis,
  Pipe,
  PowerOperator,
  Prime,
  ProductOperator,
  Semicolon,
  SumOperator,
  UpdateArrow,
  wordTokens as word,
} from "./tokens.ts";

/** How deep brackets may be nested. */
const bracketLimit = 64;

/** How many operators may follow each other in one expression, and how many `if`, `-` and `^` may be nested. */
const operatorLimit = 500;
const nestingLimit = 64;

/** What has been counted since the last separator, in one pair of brackets. */
interface Level {
  readonly opener: IToken | null;
  begin: IToken | null;
  operators: number;
  /** Nested `if` of this expression. */
  conditionals: number;
  /** Signs, `not` and powers that wait for their operand. */
  tight: number;
  /** The longest expression that is closed within this one. */
  innerOperators: number;
  innerNesting: number;
}

const level = (opener: IToken | null): Level => ({
  opener,
  begin: null,
  operators: 0,
  conditionals: 0,
  tight: 0,
  innerOperators: 0,
  innerNesting: 0,
});

const openers = new Set([OpenBrace, OpenParenthesis, OpenBracket]);
const closers = new Set([CloseBrace, CloseParenthesis, CloseBracket]);
const looseOperators = new Set([SumOperator, ProductOperator, ComparisonOperator]);
const flatOperators = new Set([Pipe, word.and, word.or, Prime]);
const separators = new Set([
  Comma,
  Semicolon,
  UpdateArrow,
  word.import,
  word.program,
  word.problem,
  word.net,
  word.step,
  word.given,
  word.input,
  word.learn,
  word.state,
  word.let,
  word.var,
  word.fun,
  word.draw,
  word.output,
  word.objective,
  word.report,
  word.return,
  word.while,
  word.repeat,
]);

/**
 * Looks, over the tokens and without recursion, for what a parser by descent would not survive:
 * brackets nested too deep, and expressions of too many operators. Null if there is nothing.
 */
export function nestingFault(tokens: readonly IToken[]): Fault | null {
  const stack: Level[] = [level(null)];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    const top = stack[stack.length - 1];
    if (token === undefined || top === undefined) break;
    count(top, token, tokens[index - 1]);
    if (openers.has(token.tokenType)) {
      stack.push(level(token));
      if (stack.length - 1 > bracketLimit) return tooDeep(stack, token);
    } else if (closers.has(token.tokenType) && stack.length > 1) {
      stack.pop();
      const outer = stack[stack.length - 1];
      if (outer !== undefined) close(outer, top);
    }
    const fault = tooLong(stack, token);
    if (fault !== null) return fault;
  }
  return null;
}

function count(level: Level, token: IToken, previous: IToken | undefined): void {
  const type = token.tokenType;
  level.begin ??= token;
  if (separators.has(type) || (type === word.if && previous?.tokenType === CloseBrace)) {
    level.begin = null;
    level.operators = level.conditionals = level.tight = 0;
    level.innerOperators = level.innerNesting = 0;
  }
  const afterOperand = previous !== undefined && endsOperand(previous);
  if (type === word.if) level.conditionals += 1;
  else if (type === word.not || (type === Minus && !afterOperand) || is(type, PowerOperator))
    level.tight += 1;
  else if ([...looseOperators].some((operator) => is(type, operator))) level.tight = 0;
  else if (!flatOperators.has(type) && !(type !== OpenBrace && openers.has(type) && afterOperand)) return;
  level.operators += 1;
}

function is(type: TokenType, category: TokenType): boolean {
  return type.CATEGORIES?.includes(category) ?? false;
}

function close(outer: Level, inner: Level): void {
  outer.innerOperators = Math.max(outer.innerOperators, inner.operators + inner.innerOperators);
  outer.innerNesting = Math.max(outer.innerNesting, inner.conditionals + inner.tight + inner.innerNesting);
}

function tooDeep(stack: readonly Level[], token: IToken): Fault {
  const outermost = stack[1]?.opener ?? token;
  return { kind: "deepBrackets", limit: bracketLimit, outermost: rangeOf(outermost), ...rangeOf(token) };
}

function tooLong(stack: readonly Level[], token: IToken): Fault | null {
  let operators = 0;
  let nesting = 0;
  for (const { operators: own, conditionals, tight } of stack) {
    operators += own;
    nesting += conditionals + tight;
  }
  const top = stack[stack.length - 1];
  operators += top?.innerOperators ?? 0;
  nesting += top?.innerNesting ?? 0;
  if (operators <= operatorLimit && nesting <= nestingLimit) return null;
  const longest = stack.reduce((a, b) => (b.operators > a.operators ? b : a));
  const begin = rangeOf(longest.begin ?? token);
  return nesting > nestingLimit
    ? { kind: "longExpression", limit: nestingLimit, what: "nested parts", begin, ...rangeOf(token) }
    : { kind: "longExpression", limit: operatorLimit, what: "operators", begin, ...rangeOf(token) };
}
