import type { IToken, TokenType } from "chevrotain";
import { hasLineBreak, type Layout, layoutOf } from "./boundaries.ts";
import type { Fault, Range } from "./faults.ts";
import { endOf, rangeOf, substitute } from "./scan.ts";
import {
  CloseBrace,
  CloseBracket,
  CloseParenthesis,
  Name,
  OpenBrace,
  OpenBracket,
  OpenParenthesis,
  wordTokens as word,
} from "./tokens.ts";

/** Tokens whose brackets match, what was wrong with them, and where consequences are not to be reported. */
export interface Matched {
  readonly tokens: readonly IToken[];
  readonly faults: readonly Fault[];
  readonly silenced: readonly Range[];
}

interface Opener {
  readonly index: number;
  readonly type: TokenType;
  /** Whether members or statements stand within. */
  readonly holds: "members" | "statements" | "operands" | "interval";
}

/** One thing that is wrong, and the tokens without it. */
interface Repair {
  readonly fault: Fault;
  readonly tokens: readonly IToken[];
  readonly silenced: Range | null;
}

const repairLimit = 20;

const closingOf = new Map<TokenType, TokenType>([
  [OpenBrace, CloseBrace],
  [OpenParenthesis, CloseParenthesis],
  [OpenBracket, CloseBracket],
]);
const openingOf = new Map([...closingOf].map(([open, close]) => [close, open]));
const images = new Map<TokenType, string>([
  [OpenBrace, "{"],
  [CloseBrace, "}"],
  [OpenParenthesis, "("],
  [CloseParenthesis, ")"],
  [OpenBracket, "["],
  [CloseBracket, "]"],
]);

const itemHeads = new Set([word.import, word.program, word.problem, word.net]);
const memberHeads = new Set([
  word.given,
  word.input,
  word.learn,
  word.state,
  word.step,
  word.output,
  word.objective,
  word.converge,
  word.unroll,
  word.equilibrium,
]);

const blockHeads = new Set([
  word.program,
  word.problem,
  word.net,
  word.fun,
  word.step,
  word.if,
  word.while,
  word.repeat,
]);

/** Finds brackets that are not closed or close nothing, and repairs them so that the parser can go on. */
export function matchBrackets(text: string, tokens: readonly IToken[]): Matched {
  const faults: Fault[] = [];
  const silenced: Range[] = [];
  let current = tokens;
  for (let round = 0; round < repairLimit; round += 1) {
    const repair = new BracketReader(text, layoutOf(text, current)).firstRepair();
    if (repair === null) break;
    if (!silenced.some(({ start, end }) => start <= repair.fault.start && repair.fault.start < end)) {
      faults.push(repair.fault);
    }
    if (repair.silenced !== null) silenced.push(repair.silenced);
    current = repair.tokens;
  }
  return { tokens: current, faults, silenced };
}

/** Reads the tokens once, with a stack of what is open, up to the first fault. */
class BracketReader {
  readonly #text: string;
  readonly #layout: Layout;
  readonly #stack: Opener[] = [];
  /** A brace that was closed by one with less indentation: it was perhaps forgotten. */
  #suspect: Opener | null = null;
  /** A brace that closed another one with more indentation: it is perhaps too much. */
  #early: number | null = null;

  constructor(text: string, layout: Layout) {
    this.#text = text;
    this.#layout = layout;
  }

  firstRepair(): Repair | null {
    const { tokens } = this.#layout;
    for (let index = 0; index < tokens.length; index += 1) {
      const token = this.#token(index);
      const repair =
        this.#unclosedBefore(index) ??
        (closingOf.has(token.tokenType) ? this.#open(index) : null) ??
        (openingOf.has(token.tokenType) ? this.#close(index) : null);
      if (repair !== null) return repair;
    }
    const top = this.#top();
    if (top === undefined) return null;
    return isOperandBracket(top) ? this.#insert(top, tokens.length) : this.#forgottenBrace(tokens.length);
  }

  #token(index: number): IToken {
    const token = this.#layout.tokens[index];
    if (token === undefined) throw new RangeError(`There is no token ${index}.`);
    return token;
  }

  #top(): Opener | undefined {
    return this.#stack[this.#stack.length - 1];
  }

  /** A bracket or brace that must have ended before the token, because of what begins there. */
  #unclosedBefore(index: number): Repair | null {
    const top = this.#top();
    if (top === undefined) return null;
    const { tokenType } = this.#token(index);
    const begins = this.#layout.boundary[index] === true;
    if (isOperandBracket(top)) {
      return begins || tokenType === OpenBrace ? this.#insert(top, index) : null;
    }
    if (!begins) return null;
    const outOfPlace = itemHeads.has(tokenType) || (top.holds === "statements" && memberHeads.has(tokenType));
    if (!outOfPlace || this.#layout.firstOnLine[index] !== true) return null;
    const outdented = this.#indent(index) <= this.#indent(top.index);
    return outdented || this.#suspect !== null ? this.#forgottenBrace(index) : null;
  }

  #indent(index: number): number {
    return this.#layout.indentation[index] ?? 0;
  }

  #open(index: number): null {
    const type = this.#token(index).tokenType;
    this.#stack.push({ index, type, holds: this.#content(index, type) });
    return null;
  }

  #content(index: number, type: TokenType): Opener["holds"] {
    const { tokens, boundary } = this.#layout;
    if (type !== OpenBrace) return tokens[index - 1]?.tokenType === word.in ? "interval" : "operands";
    for (let place = index - 1; place >= 0; place -= 1) {
      if (boundary[place] !== true) continue;
      const head = tokens[place]?.tokenType;
      return head === word.program || head === word.problem ? "members" : "statements";
    }
    return "statements";
  }

  #close(index: number): Repair | null {
    const type = this.#token(index).tokenType;
    const top = this.#top();
    if (top !== undefined && matches(top, type)) {
      this.#stack.pop();
      if (type === CloseBrace) this.#compareIndentation(top, index);
      return null;
    }
    if (top !== undefined && isOperandBracket(top)) {
      const nearestBrace = this.#stack.findLastIndex(({ type: open }) => open === OpenBrace);
      const within = type === CloseBrace ? this.#stack : this.#stack.slice(nearestBrace + 1);
      return within.some((opener) => matches(opener, type))
        ? this.#insert(top, index)
        : this.#replace(top, index);
    }
    return this.#drop(index);
  }

  #compareIndentation(opener: Opener, index: number): void {
    if (this.#layout.firstOnLine[index] !== true) {
      const { tokens } = this.#layout;
      if (hasLineBreak(this.#text, tokens[opener.index]?.startOffset ?? 0, tokens[index]?.startOffset ?? 0)) {
        this.#early ??= index;
      }
      return;
    }
    const difference = this.#indent(index) - this.#indent(opener.index);
    if (difference < 0) this.#suspect ??= opener;
    if (difference > 0) this.#early ??= index;
  }

  /** Puts the missing bracket before the token. */
  #insert(opener: Opener, index: number): Repair {
    return { ...this.#repaired(opener, index, index), silenced: null };
  }

  #forgottenBrace(noticed: number): Repair {
    const innermost = this.#stack.findLast(({ type }) => type === OpenBrace);
    const opener = this.#suspect ?? innermost;
    if (opener === undefined) return this.#drop(noticed);
    const repaired = this.#repaired(opener, noticed, this.#blockEnd(opener, noticed));
    const start = this.#token(opener.index).startOffset;
    const next = this.#layout.tokens.findIndex(
      ({ tokenType }, index) => index >= noticed && itemHeads.has(tokenType) && this.#indent(index) === 0,
    );
    const end = next < 0 ? Infinity : this.#token(next).startOffset;
    return { ...repaired, silenced: { start: start + 1, end } };
  }

  /** Where the block ends by its indentation. */
  #blockEnd(opener: Opener, noticed: number): number {
    const own = this.#indent(opener.index);
    for (let index = opener.index + 1; index < noticed; index += 1) {
      if (this.#layout.firstOnLine[index] !== true || this.#indent(index) > own) continue;
      const atOnce = index === opener.index + 1;
      const closed = this.#token(index).tokenType === CloseBrace && this.#indent(index) === own;
      return atOnce || closed ? noticed : index;
    }
    return noticed;
  }

  #repaired(opener: Opener, noticed: number, insertAt: number): Omit<Repair, "silenced"> {
    const { tokens } = this.#layout;
    const open = this.#token(opener.index);
    const closeType = closingOf.get(opener.type) ?? CloseBrace;
    const close = images.get(closeType) ?? "";
    const previous = tokens[insertAt - 1];
    const offset = previous === undefined ? 0 : endOf(previous);
    const next = tokens[noticed];
    const place = next === undefined ? { start: this.#endOfText(), end: this.#endOfText() } : rangeOf(next);
    return {
      fault: {
        kind: "unclosed",
        opened: rangeOf(open),
        open: open.image,
        close,
        owner: this.#owner(opener),
        before: next?.image ?? null,
        ...place,
      },
      tokens: [
        ...tokens.slice(0, insertAt),
        substitute(closeType, close, { start: offset, end: offset }),
        ...tokens.slice(insertAt),
      ],
    };
  }

  #endOfText(): number {
    const last = this.#layout.tokens[this.#layout.tokens.length - 1];
    return last === undefined ? this.#text.length : endOf(last);
  }

  /** The word at the head of a brace's declaration, or the name before a bracket. */
  #owner(opener: Opener): string | null {
    const { tokens, boundary } = this.#layout;
    if (opener.type !== OpenBrace) {
      const before = tokens[opener.index - 1];
      return before?.tokenType === Name ? before.image : null;
    }
    for (let place = opener.index - 1; place >= 0; place -= 1) {
      const token = this.#token(place);
      if (boundary[place] === true || token.tokenType === word.else) return token.image;
      if (token.tokenType === OpenBrace || token.tokenType === CloseBrace) return null;
    }
    return null;
  }

  #replace(top: Opener, index: number): Repair {
    const token = this.#token(index);
    const right = closingOf.get(top.type) ?? CloseParenthesis;
    const tokens = [...this.#layout.tokens];
    tokens[index] = substitute(right, images.get(right) ?? "", rangeOf(token));
    return { fault: this.#strayAt(index, top), tokens, silenced: null };
  }

  #drop(index: number): Repair {
    const place = this.#token(index).tokenType === CloseBrace ? (this.#early ?? index) : index;
    const unopened = this.#token(index).tokenType === CloseBrace ? this.#unopenedBlock(place) : null;
    if (unopened !== null) return this.#openBefore(unopened);
    const tokens = this.#layout.tokens.filter((_, other) => other !== place);
    return { fault: this.#strayAt(place, null), tokens, silenced: null };
  }

  /** The first token of a block whose opening brace is missing, and whose closing one is at `place`; null if none. */
  #unopenedBlock(place: number): number | null {
    const { tokens, boundary, firstOnLine } = this.#layout;
    const own = this.#indent(place);
    let first: number | null = null;
    for (let index = place - 1; index >= 0 && firstOnLine[place] === true; index -= 1) {
      if (tokens[index]?.tokenType === OpenBrace && this.#indent(index) === own) return null;
      if (boundary[index] !== true || firstOnLine[index] !== true) continue;
      if (this.#indent(index) > own) first = index;
      else return blockHeads.has(this.#token(index).tokenType) && this.#indent(index) === own ? first : null;
    }
    return null;
  }

  #openBefore(index: number): Repair {
    const { tokens } = this.#layout;
    const token = this.#token(index);
    const offset = endOf(this.#token(index - 1));
    const brace = substitute(OpenBrace, "{", { start: offset, end: offset });
    return {
      fault: {
        kind: "unfit",
        found: token.image,
        wanted: [OpenBrace.name],
        rule: "block",
        ...rangeOf(token),
      },
      tokens: [...tokens.slice(0, index), brace, ...tokens.slice(index)],
      silenced: null,
    };
  }

  #strayAt(index: number, top: Opener | null): Fault {
    const token = this.#token(index);
    const opened = top === null ? null : this.#token(top.index);
    return {
      kind: "stray",
      close: token.image,
      open: images.get(openingOf.get(token.tokenType) ?? OpenBrace) ?? "",
      opened: opened === null ? null : rangeOf(opened),
      last: opened?.image ?? null,
      ...rangeOf(token),
    };
  }
}

function isOperandBracket(opener: Opener): boolean {
  return opener.type !== OpenBrace;
}

function matches(opener: Opener, close: TokenType): boolean {
  if (opener.holds === "interval") return close === CloseParenthesis || close === CloseBracket;
  return closingOf.get(opener.type) === close;
}
