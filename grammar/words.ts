/**
 * The words of the language. All but `max` and `file` are reserved; a word that begins a declaration is never
 * a name, so the parser finds its feet there after an error.
 */
export const words = [
  "C",
  "R",
  "and",
  "bool",
  "converge",
  "draw",
  "else",
  "equilibrium",
  "false",
  "file",
  "for",
  "from",
  "fun",
  "given",
  "grad",
  "if",
  "import",
  "in",
  "inf",
  "input",
  "int",
  "learn",
  "let",
  "linear",
  "max",
  "net",
  "not",
  "objective",
  "old",
  "or",
  "output",
  "per",
  "problem",
  "program",
  "repeat",
  "report",
  "return",
  "space",
  "state",
  "step",
  "then",
  "true",
  "unroll",
  "var",
  "via",
  "where",
  "while",
  "with",
] as const;

/** A word of the grammar. */
export type Word = (typeof words)[number];

/** The words that are names elsewhere. */
export const softWords: readonly Word[] = ["max", "file"];

/** The words with which an item of a file begins. */
export const itemWords: readonly Word[] = ["import", "program", "problem", "net", "fun"];

/** The words with which a member of a program begins. */
export const memberWords: readonly Word[] = [
  "given",
  "input",
  "learn",
  "state",
  "let",
  "fun",
  "draw",
  "step",
  "output",
  "objective",
  "converge",
  "unroll",
  "equilibrium",
];

/** The words with which a statement begins. */
export const statementWords: readonly Word[] = [
  "let",
  "var",
  "fun",
  "if",
  "while",
  "repeat",
  "draw",
  "report",
  "return",
];
