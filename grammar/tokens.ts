import { type CustomPatternMatcherFunc, createToken, Lexer, type TokenType } from "chevrotain";
import { foreignSignAt } from "./signs.ts";
import { softWords, type Word, words } from "./words.ts";

const namePattern = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}_][\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{M}_0-9₀-₉]*/uy;

const matchName: CustomPatternMatcherFunc = (text, offset) => {
  namePattern.lastIndex = offset;
  return asMatch(namePattern.exec(text)?.[0]);
};

const matchForeign: CustomPatternMatcherFunc = (text, offset) => {
  const found = foreignSignAt(text, offset);
  if (found?.sign !== "#") return asMatch(found?.sign);
  return asMatch(/^[^\n\r]*/u.exec(text.slice(offset))?.[0]);
};

function asMatch(image: string | undefined): RegExpExecArray | null {
  return image === undefined ? null : /[^]*/u.exec(image);
}

const custom = (name: string, pattern: CustomPatternMatcherFunc): TokenType =>
  createToken({ name, pattern, line_breaks: false });

const category = (name: string): TokenType => createToken({ name, pattern: Lexer.NA });

/** A name; `max` and `file` are names, too. */
export const Name = custom("Name", matchName);

/** A sign of papers or of other languages, which no rule accepts. */
export const Foreign = custom("Foreign", matchForeign);

/** A character that is in no word, number, sign or name; no rule accepts it. */
export const Unknown = createToken({ name: "Unknown", pattern: /[^]/u, line_breaks: true });

export const NumberToken = createToken({
  name: "Number",
  pattern: /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/,
});

/** `1.` and `.5`, which no rule accepts. */
export const BrokenNumber = createToken({
  name: "BrokenNumber",
  pattern: /[0-9]+\.(?![0-9*/+\-^<>])(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?/,
});

export const StringToken = createToken({ name: "String", pattern: /"[^"\n\r]*"/ });

/** A string without its end, which no rule accepts. */
export const OpenString = createToken({ name: "OpenString", pattern: /"[^"\n\r]*/ });

export const SumOperator = category("SumOperator");
export const ProductOperator = category("ProductOperator");
export const PowerOperator = category("PowerOperator");
export const ComparisonOperator = category("ComparisonOperator");
/** The comparisons that a property may have. */
export const BoundOperator = category("BoundOperator");

const sign = (name: string, text: string, categories: TokenType[] = []): TokenType =>
  createToken({ name, pattern: text, categories });

export const UpdateArrow = sign("UpdateArrow", "<-");
export const TypeArrow = sign("TypeArrow", "->");
export const Pipe = sign("Pipe", "|>");
export const Equals = sign("Equals", "=");
export const Minus = sign("Minus", "-", [SumOperator]);
export const OpenBrace = sign("OpenBrace", "{");
export const CloseBrace = sign("CloseBrace", "}");
export const OpenParenthesis = sign("OpenParenthesis", "(");
export const CloseParenthesis = sign("CloseParenthesis", ")");
export const OpenBracket = sign("OpenBracket", "[");
export const CloseBracket = sign("CloseBracket", "]");
export const Comma = sign("Comma", ",");
export const Colon = sign("Colon", ":");
export const Semicolon = sign("Semicolon", ";");
export const Prime = sign("Prime", "'");

const operators: readonly TokenType[] = [
  sign("LessEqual", "<=", [ComparisonOperator, BoundOperator]),
  sign("GreaterEqual", ">=", [ComparisonOperator, BoundOperator]),
  sign("Equal", "==", [ComparisonOperator, BoundOperator]),
  sign("NotEqual", "!=", [ComparisonOperator]),
  sign("DottedLessEqual", ".<=", [ComparisonOperator]),
  sign("DottedGreaterEqual", ".>=", [ComparisonOperator]),
  sign("DottedLess", ".<", [ComparisonOperator]),
  sign("DottedGreater", ".>", [ComparisonOperator]),
  sign("DottedPlus", ".+", [SumOperator]),
  sign("DottedMinus", ".-", [SumOperator]),
  sign("DottedTimes", ".*", [ProductOperator]),
  sign("DottedDivide", "./", [ProductOperator]),
  sign("DottedPower", ".^", [PowerOperator]),
  sign("Less", "<", [ComparisonOperator]),
  sign("Greater", ">", [ComparisonOperator]),
  sign("Plus", "+", [SumOperator]),
  sign("Times", "*", [ProductOperator]),
  sign("Divide", "/", [ProductOperator]),
  sign("Power", "^", [PowerOperator]),
];

/** The token of each word. */
export const wordTokens = Object.fromEntries(
  words.map((word) => [
    word,
    createToken({
      name: `Word_${word}`,
      pattern: word,
      longer_alt: Name,
      categories: softWords.includes(word) ? [Name] : [],
    }),
  ]),
) as Readonly<Record<Word, TokenType>>;

const blank = createToken({ name: "Blank", pattern: /[\s\uFEFF]+/, group: Lexer.SKIPPED, line_breaks: true });

const comment = createToken({ name: "Comment", pattern: /\/\/[^\n\r]*/, group: "comments" });

/** The words, the longest first: else `in` with its longer alternative would hide `inf`, `int` and `input`. */
const orderedWords = [...words].sort((a, b) => b.length - a.length).map((word) => wordTokens[word]);

/** All tokens in the order in which they are tried. */
export const allTokens: TokenType[] = [
  blank,
  comment,
  BrokenNumber,
  Foreign,
  UpdateArrow,
  TypeArrow,
  Pipe,
  ...operators.slice(0, -6),
  Minus,
  ...operators.slice(-6),
  Equals,
  OpenBrace,
  CloseBrace,
  OpenParenthesis,
  CloseParenthesis,
  OpenBracket,
  CloseBracket,
  Comma,
  Colon,
  Semicolon,
  Prime,
  ...orderedWords,
  Name,
  NumberToken,
  StringToken,
  OpenString,
  Unknown,
  SumOperator,
  ProductOperator,
  PowerOperator,
  ComparisonOperator,
  BoundOperator,
];

/** The lexer of the language; it never fails, as `Unknown` takes what nothing else does. */
export const lexer = new Lexer(allTokens, {
  positionTracking: "full",
  ensureOptimizations: false,
  skipValidations: true,
});
