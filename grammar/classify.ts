import type { IRecognitionException, IToken, TokenType } from "chevrotain";
import { declarationStart, endsOperand, hasLineBreak, type Layout } from "./boundaries.ts";
import type { Fault, Range } from "./faults.ts";
import { endOf, rangeOf } from "./scan.ts";
import {
  CloseBracket,
  CloseParenthesis,
  ComparisonOperator,
  Equals,
  Minus,
  Name,
  NumberToken,
  OpenBrace,
  OpenBracket,
  OpenParenthesis,
  StringToken,
  UpdateArrow,
  wordTokens as word,
} from "./tokens.ts";
import { itemWords, memberWords, statementWords, softWords, words } from "./words.ts";

/** Where the parser stopped. */
export interface Stop {
  readonly text: string;
  readonly layout: Layout;
  /** The index of the token that fits nowhere; the number of tokens at the end of the text. */
  readonly index: number;
  readonly rule: string;
  /** Names of the tokens that would fit. */
  readonly wanted: readonly string[];
}

/** Where the parser stopped, from its exception. */
export function stopOf(error: IRecognitionException, text: string, layout: Layout, entry: string): Stop {
  const found = layout.tokens.indexOf(error.token);
  const { ruleStack } = error.context;
  return {
    text,
    layout,
    index: found < 0 ? layout.tokens.length : found,
    rule: ruleStack[ruleStack.length - 1] ?? entry,
    wanted: error.message.split(" "),
  };
}

/** Whether the parser stopped between declarations: there the token itself begins what is wrong. */
export function isBetweenDeclarations({ rule, wanted }: Stop): boolean {
  const list = rule === "file" || rule === "members" || rule === "block";
  return list && !wanted.includes(OpenBrace.name);
}

type Reading = (stop: Stop, token: IToken) => Fault | null;

/** The readings of an error, the most telling first. */
const readings: readonly Reading[] = [
  missingCap,
  equalsSign,
  updateArrow,
  misplacedWord,
  sideBySide,
  reservedWord,
  chainedComparison,
  noDeclaration,
];

/** Says as a fact what is wrong where the parser stopped. */
export function classify(stop: Stop): Fault {
  const token = stop.layout.tokens[stop.index];
  if (token !== undefined) {
    for (const read of readings) {
      const fault = read(stop, token);
      if (fault !== null) return fault;
    }
  }
  const { wanted, rule } = stop;
  const last = before(stop, 1);
  if (rule === "initial" && token !== undefined && last !== undefined && isBelow(token, last)) {
    return { kind: "unfit", found: token.image, wanted, rule, behind: true, ...rangeOf(last) };
  }
  const place = token === undefined ? endRange(stop) : rangeOf(token);
  return { kind: "unfit", found: token?.image ?? null, wanted, rule, ...place };
}

/** Whether a token stands on a later line than another: what is missing belongs behind the other. */
function isBelow(token: IToken, other: IToken): boolean {
  return (token.startLine ?? 0) > (other.endLine ?? other.startLine ?? 0);
}

function endRange({ text, layout }: Stop): Range {
  const last = layout.tokens[layout.tokens.length - 1];
  const end = last === undefined ? text.length : endOf(last);
  return { start: end, end };
}

function before(stop: Stop, distance: number): IToken | undefined {
  return stop.layout.tokens[stop.index - distance];
}

function wants(stop: Stop, type: TokenType): boolean {
  return stop.wanted.includes(type.name);
}

function missingCap(stop: Stop, token: IToken): Fault | null {
  if (stop.rule !== "whileStatement" || !wants(stop, word.max)) return null;
  return token.tokenType === OpenBrace ? { kind: "noCap", ...rangeOf(token) } : null;
}

function equalsSign(stop: Stop, token: IToken): Fault | null {
  if (token.tokenType !== Equals) return null;
  const updated = stop.rule === "update";
  if (!updated && !isCondition(stop)) return null;
  const name = stop.layout.tokens.slice(0, stop.index).findLast(({ tokenType }) => tokenType === Name);
  return { kind: "equals", name: name?.image ?? "", sign: updated ? "<-" : "==", ...rangeOf(token) };
}

/** Whether the parser stopped behind the condition of an `if`, `while` or `where`. */
function isCondition({ layout, index, rule, wanted }: Stop): boolean {
  if (rule === "whileStatement" || rule === "conditional") return true;
  if (!wanted.includes(OpenBrace.name)) return false;
  const head = layout.tokens[declarationStart(layout, index)]?.tokenType;
  return head === word.if || head === word.program || head === word.problem;
}

function updateArrow(stop: Stop, token: IToken): Fault | null {
  const left = before(stop, 1);
  const right = stop.layout.tokens[stop.index + 1];
  if (token.tokenType !== UpdateArrow || left === undefined || right === undefined) return null;
  if (isBetweenDeclarations(stop) || !endsOperand(left)) return null;
  return { kind: "arrow", left: left.image, right: right.image, ...rangeOf(token) };
}

function placeOf(rule: string): "file" | "program" | "block" {
  return rule === "file" ? "file" : rule === "members" ? "program" : "block";
}

function misplacedWord(stop: Stop, token: IToken): Fault | null {
  if (!isBetweenDeclarations(stop) || !isWord(token)) return null;
  if (![...itemWords, ...memberWords, ...statementWords].some((known) => known === token.image)) return null;
  return { kind: "misplaced", word: token.image, place: placeOf(stop.rule), ...rangeOf(token) };
}

function isWord(token: IToken): boolean {
  return words.some((known) => known === token.image) && !softWords.some((soft) => soft === token.image);
}

function reservedWord(stop: Stop, token: IToken): Fault | null {
  const wanted = wants(stop, Name) || stop.wanted.includes(word.max.name);
  if (!wanted || !isWord(token) || stop.layout.boundary[stop.index] === true) return null;
  const onlyName = stop.wanted.every((name) => name === Name.name);
  const next = stop.layout.tokens[stop.index + 1];
  const usedAsName = onlyName || (next !== undefined && !startsOperand(next));
  return usedAsName ? { kind: "reserved", word: token.image, ...rangeOf(token) } : null;
}

const operandStarts = new Set([
  Name,
  NumberToken,
  StringToken,
  OpenParenthesis,
  word.max,
  word.file,
  word.true,
  word.false,
  word.inf,
  word.grad,
  word.old,
]);

function startsOperand(token: IToken): boolean {
  return operandStarts.has(token.tokenType);
}

function sideBySide(stop: Stop, token: IToken): Fault | null {
  if (stop.rule === "update") return afterStatement(stop);
  const left = before(stop, 1);
  if (left === undefined || !endsOperand(left) || !startsOperand(token)) return null;
  if (stop.layout.firstOnLine[stop.index] === true || isDeclaring(stop.rule)) return null;
  const afterNumber = left.tokenType === NumberToken && token.tokenType !== StringToken;
  return {
    kind: "sideBySide",
    left: operandText(stop, stop.index - 1),
    right: token.tokenType === OpenParenthesis ? operandText(stop, stop.index) : token.image,
    insertAt: afterNumber && endOf(left) <= token.startOffset ? endOf(left) : null,
    ...rangeOf(token),
  };
}

/** A name behind a complete statement was read as the beginning of an update: `x <- 2 A*y`. */
function afterStatement(stop: Stop): Fault | null {
  const name = before(stop, 1);
  const left = before(stop, 2);
  if (name?.tokenType !== Name || left === undefined || !endsOperand(left)) return null;
  return sideBySide({ ...stop, index: stop.index - 1, rule: "sum" }, name);
}

/** Rules in which a name is followed by something other than an operator. */
function isDeclaring(rule: string): boolean {
  return new Set([
    "program",
    "problem",
    "parameters",
    "signature",
    "typedName",
    "letBinding",
    "varBinding",
    "drawBinding",
    "reportStatement",
    "update",
    "step",
    "fun",
    "net",
    "file",
  ]).has(rule);
}

/** The operand that begins or ends with the token, with its brackets if it is short. */
function operandText(stop: Stop, index: number): string {
  const { tokens } = stop.layout;
  const token = tokens[index];
  if (token === undefined) return "";
  const step = token.tokenType === OpenParenthesis ? 1 : -1;
  const bracketed = new Set([OpenParenthesis, CloseParenthesis, CloseBracket]).has(token.tokenType);
  if (!bracketed) return token.image;
  let open = 0;
  for (let place = index; place >= 0 && place < tokens.length; place += step) {
    const here = tokens[place];
    if (here === undefined) break;
    if (here.tokenType === OpenParenthesis || here.tokenType === OpenBracket) open += step;
    if (here.tokenType === CloseParenthesis || here.tokenType === CloseBracket) open -= step;
    if (open !== 0) continue;
    const [first, last] = step > 0 ? [token, here] : [here, token];
    const text = stop.text.slice(first.startOffset, endOf(last));
    return text.length <= 24 && !hasLineBreak(text, 0, text.length) ? text : "(...)";
  }
  return "(...)";
}

function isComparison(token: IToken): boolean {
  return token.tokenType.CATEGORIES?.includes(ComparisonOperator) ?? false;
}

function chainedComparison(stop: Stop, token: IToken): Fault | null {
  if (!isComparison(token)) return null;
  let closed = 0;
  for (let place = stop.index - 1; place >= 0; place -= 1) {
    const here = stop.layout.tokens[place];
    if (here === undefined || stop.layout.boundary[place] === true) return null;
    if (here.tokenType === CloseParenthesis || here.tokenType === CloseBracket) closed += 1;
    if (here.tokenType === OpenParenthesis || here.tokenType === OpenBracket) closed -= 1;
    if (closed < 0) return null;
    if (closed > 0 || !isComparison(here)) continue;
    const range = rangeOf(token);
    return { kind: "chained", first: here.image, second: token.image, firstAt: rangeOf(here), ...range };
  }
  return null;
}

function noDeclaration(stop: Stop, token: IToken): Fault | null {
  const first = isBetweenDeclarations(stop) ? stop.index : stop.rule === "update" ? stop.index - 1 : -1;
  const name = stop.layout.tokens[first];
  if (name?.tokenType !== Name || token.tokenType === Minus) return null;
  const place = stop.rule === "update" ? "block" : placeOf(stop.rule);
  return { kind: "noDeclaration", name: name.image, place, ...rangeOf(name) };
}
