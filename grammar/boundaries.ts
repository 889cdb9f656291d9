import type { IToken } from "chevrotain";
import { endOf } from "./scan.ts";
import {
  CloseBrace,
  CloseBracket,
  CloseParenthesis,
  Name,
  NumberToken,
  OpenBrace,
  OpenBracket,
  Prime,
  Semicolon,
  StringToken,
  UpdateArrow,
  wordTokens as word,
} from "./tokens.ts";

/** How the tokens lie on the page, and where declarations begin. All lists are by the index of the token. */
export interface Layout {
  readonly tokens: readonly IToken[];
  readonly firstOnLine: readonly boolean[];
  /** The column, from 0, of the first token of the line. */
  readonly indentation: readonly number[];
  /** How many braces are open around the token; a brace itself lies outside. */
  readonly depth: readonly number[];
  /** Whether a declaration or statement begins with the token. */
  readonly boundary: readonly boolean[];
}

/** Words that stand nowhere but at the beginning of a declaration. */
const plainWords = new Set([
  word.import,
  word.program,
  word.problem,
  word.fun,
  word.given,
  word.input,
  word.learn,
  word.let,
  word.state,
  word.draw,
  word.step,
  word.output,
  word.objective,
  word.var,
  word.while,
  word.repeat,
  word.report,
  word.return,
]);

/** Words that stand within declarations, too. */
const ambiguousWords = new Set([word.net, word.if, word.converge, word.unroll, word.equilibrium]);

const endings = new Set([
  Name,
  NumberToken,
  StringToken,
  CloseParenthesis,
  CloseBracket,
  CloseBrace,
  Prime,
  word.max,
  word.file,
  word.true,
  word.false,
  word.inf,
  word.R,
  word.C,
  word.int,
  word.bool,
  word.step,
]);

const separators = new Set([Semicolon, OpenBrace, CloseBrace]);

/** Whether an operand may end with the token. */
export function endsOperand(token: IToken): boolean {
  return endings.has(token.tokenType) && token.tokenType !== CloseBrace && token.tokenType !== word.step;
}

/** Finds how the tokens lie on the page. */
export function layoutOf(text: string, tokens: readonly IToken[]): Layout {
  const firstOnLine: boolean[] = [];
  const indentation: number[] = [];
  const depth: number[] = [];
  let open = 0;
  tokens.forEach((token, index) => {
    const previous = tokens[index - 1];
    const first = previous === undefined || hasLineBreak(text, endOf(previous), token.startOffset);
    firstOnLine.push(first);
    indentation.push(first ? columnOf(text, token.startOffset) : (indentation[index - 1] ?? 0));
    if (token.tokenType === CloseBrace) open = Math.max(0, open - 1);
    depth.push(open);
    if (token.tokenType === OpenBrace) open += 1;
  });
  const boundary = tokens.map((_, index) => isBoundary(tokens, index, firstOnLine[index] ?? false));
  return { tokens, firstOnLine, indentation, depth, boundary };
}

/** Whether a line ends between two offsets. */
export function hasLineBreak(text: string, start: number, end: number): boolean {
  for (let offset = start; offset < end; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === 10 || code === 13) return true;
  }
  return false;
}

function columnOf(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && text.charCodeAt(start - 1) !== 10 && text.charCodeAt(start - 1) !== 13) start -= 1;
  return offset - start;
}

function isBoundary(tokens: readonly IToken[], index: number, firstOnLine: boolean): boolean {
  const token = tokens[index];
  if (token === undefined) return false;
  const previous = tokens[index - 1];
  const separated = previous === undefined || separators.has(previous.tokenType);
  const afterEnding = separated || endings.has(previous.tokenType);
  if (ambiguousWords.has(token.tokenType)) return separated || (firstOnLine && afterEnding);
  if (token.tokenType === word.step && previous?.tokenType === word.per) return false;
  if (plainWords.has(token.tokenType) || beginsUpdate(tokens, index)) return firstOnLine || afterEnding;
  return false;
}

/** Whether `x <-` or `x[i] <-` stands here. */
function beginsUpdate(tokens: readonly IToken[], index: number): boolean {
  const type = tokens[index]?.tokenType;
  if (type !== Name && type !== word.max && type !== word.file) return false;
  if (tokens[index + 1]?.tokenType === UpdateArrow) return true;
  if (tokens[index + 1]?.tokenType !== OpenBracket) return false;
  let open = 0;
  for (let place = index + 1; place < Math.min(tokens.length, index + 200); place += 1) {
    const here = tokens[place]?.tokenType;
    if (here === OpenBracket) open += 1;
    if (here === CloseBracket) open -= 1;
    if (here === OpenBrace || here === CloseBrace) return false;
    if (open === 0) return tokens[place + 1]?.tokenType === UpdateArrow;
  }
  return false;
}

/** The index of the first token that does not begin before the offset. */
export function indexAt(tokens: readonly IToken[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.startOffset ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first token of the innermost declaration that begins at or before the token; 0 if none. */
export function declarationStart(layout: Layout, index: number): number {
  const limit = layout.depth[Math.min(index, layout.tokens.length - 1)] ?? 0;
  for (let place = Math.min(index, layout.tokens.length - 1); place > 0; place -= 1) {
    if (layout.boundary[place] === true && (layout.depth[place] ?? 0) <= limit) return place;
  }
  return 0;
}

/** The index behind the last token of the declaration that begins at `start` and reaches at least to `index`. */
export function declarationEnd(layout: Layout, start: number, index: number): number {
  const depth = layout.depth[start] ?? 0;
  for (let place = Math.max(start + 1, index); place < layout.tokens.length; place += 1) {
    const here = layout.depth[place] ?? 0;
    if (here < depth) return place;
    if (here === depth && layout.boundary[place] === true) return place;
  }
  return layout.tokens.length;
}
