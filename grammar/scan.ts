import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import type { Fault, Range } from "./faults.ts";
import { foreignSignAt } from "./signs.ts";
import {
  BrokenNumber,
  Foreign,
  lexer,
  Name,
  NumberToken,
  OpenString,
  StringToken,
  Unknown,
} from "./tokens.ts";
import { type Word, words } from "./words.ts";

/** A text cut into tokens, with what is no token of the language reported and, where possible, replaced. */
export interface Scan {
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
  readonly faults: readonly Fault[];
}

/** The exclusive end of a token. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** The range of a token. */
export function rangeOf(token: IToken): Range {
  return { start: token.startOffset, end: endOf(token) };
}

/** A token that does not stand in the text, or stands there in another form. */
export function substitute(type: TokenType, image: string, range: Range): IToken {
  const token = createTokenInstance(type, image, range.start, range.end - 1, NaN, NaN, NaN, NaN);
  return token;
}

/** Cuts a text into tokens; never fails. */
export function scan(text: string): Scan {
  const result = lexer.tokenize(text);
  const tokens: IToken[] = [];
  const faults: Fault[] = [];
  const refused = new Set<string>();
  for (const token of result.tokens) {
    const problem = faultOf(token, text);
    if (problem === null) {
      tokens.push(token);
      continue;
    }
    const last = faults[faults.length - 1];
    if (problem.fault.kind === "hostName") {
      if (!refused.has(problem.fault.name)) faults.push(problem.fault);
      refused.add(problem.fault.name);
    } else if (
      last?.kind === "unknownSign" &&
      problem.fault.kind === "unknownSign" &&
      last.end === token.startOffset
    ) {
      faults[faults.length - 1] = { ...last, end: problem.fault.end };
    } else faults.push(problem.fault);
    tokens.push(...problem.instead);
  }
  return { tokens, comments: result.groups["comments"] ?? [], faults };
}

interface Problem {
  readonly fault: Fault;
  /** The tokens with which the parser goes on. */
  readonly instead: readonly IToken[];
}

function faultOf(token: IToken, text: string): Problem | null {
  const range = rangeOf(token);
  switch (token.tokenType) {
    case Foreign:
      return foreign(token, text);
    case Unknown:
      return { fault: { kind: "unknownSign", sign: token.image, ...range }, instead: [] };
    case OpenString:
      return {
        fault: { kind: "openString", ...range },
        instead: [substitute(StringToken, `${token.image}"`, range)],
      };
    case BrokenNumber: {
      const proposal = token.image.replace(/^\./u, "0.").replace(/\.(?![0-9])/u, ".0");
      return {
        fault: { kind: "incompleteNumber", written: token.image, proposal, ...range },
        instead: [substitute(NumberToken, proposal, range)],
      };
    }
    case Name:
      return hostName(token) ?? disguisedWord(token);
    default:
      return null;
  }
}

function foreign(token: IToken, text: string): Problem | null {
  const found = foreignSignAt(text, token.startOffset);
  if (found === null) return null;
  const range = { start: token.startOffset, end: token.startOffset + found.sign.length };
  return {
    fault: { kind: "foreignSign", ...found, ...range },
    instead: found.exact ? reading(found.instead, range) : [],
  };
}

/**
 * A name that every object of JavaScript has, such as `toString`: modules and bindings are objects with the names of the
 * program as keys, where it would mean something else. The parser goes on with another name.
 */
function hostName(token: IToken): Problem | null {
  const name = token.image.normalize("NFKC");
  if (!Object.hasOwn(Object.prototype, name)) return null;
  const range = rangeOf(token);
  return { fault: { kind: "hostName", name, ...range }, instead: [substitute(Name, `${name}_`, range)] };
}

/** A name such as `𝐢𝐧` that is a word once it is normalised. */
function disguisedWord(token: IToken): Problem | null {
  const normal = token.image.normalize("NFKC");
  if (normal === token.image || !isWord(normal)) return null;
  const range = rangeOf(token);
  return {
    fault: { kind: "foreignSign", sign: token.image, instead: normal, exact: true, ...range },
    instead: reading(normal, range),
  };
}

function isWord(text: string): text is Word {
  return words.some((word) => word === text);
}

/** The tokens of a replacement, all at the place of what they replace. */
function reading(replacement: string, range: Range): readonly IToken[] {
  return lexer.tokenize(replacement).tokens.map((token) => substitute(token.tokenType, token.image, range));
}
