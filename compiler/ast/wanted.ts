import { allTokens } from "../../grammar/tokens.ts";

/** Tokens that are no sign or word, in words. */
const described: Readonly<Record<string, string>> = {
  Name: "a name",
  Number: "a number",
  String: "the name of a file in quotes",
  SumOperator: "an operator",
  ProductOperator: "an operator",
  PowerOperator: "an operator",
  ComparisonOperator: "a comparison",
  BoundOperator: "`<=`",
  EOF: "the end of the file",
};

const written: ReadonlyMap<string, string> = new Map(
  allTokens.flatMap(({ name, PATTERN }) =>
    typeof PATTERN === "string" ? [[name, `\`${PATTERN}\``] as const] : [],
  ),
);

/** Sets of tokens that are one thing to the reader, the larger ones first. */
const concepts: readonly { readonly words: string; readonly tokens: readonly string[] }[] = [
  { words: "a declaration", tokens: ["Word_given", "Word_input", "Word_learn", "Word_state"] },
  { words: "a statement", tokens: ["Word_var", "Word_while", "Word_repeat", "Word_return"] },
  { words: "a declaration", tokens: ["Word_program", "Word_problem", "Word_import"] },
  { words: "a type", tokens: ["Word_R", "Word_C", "Word_int", "Word_bool", "OpenParenthesis", "Name"] },
  { words: "an expression", tokens: ["Number", "Name", "OpenParenthesis", "Word_grad", "Word_inf"] },
];

/** What would fit between declarations. */
const lists: Readonly<Record<string, readonly string[]>> = {
  file: ["`program`", "`problem`", "`net`", "`fun`", "`import`"],
  members: ["a declaration", "`}`"],
  block: ["a statement", "`}`"],
  binding: ["the end"],
};

/** What would fit in a rule, in words, from the names of the tokens that would. */
export function wantedWords(tokens: readonly string[], rule: string): readonly string[] {
  const list = lists[rule];
  if (list !== undefined && !tokens.includes("OpenBrace")) return list;
  const concept = concepts.find((one) => one.tokens.every((token) => tokens.includes(token)));
  if (concept !== undefined) return [concept.words];
  return [...new Set(tokens.map((token) => described[token] ?? written.get(token) ?? token))];
}

const declarations: Readonly<Record<string, string>> = {
  importItem: "an `import`",
  program: "the head of a program",
  problem: "the head of a problem",
  parameters: "the parameters in `[ ]`",
  parameter: "the parameters in `[ ]`",
  spaceParameter: "the parameters in `[ ]`",
  sizeParameter: "the parameters in `[ ]`",
  where: "a `where`",
  given: "a `given`",
  inputMember: "an `input`",
  learn: "a `learn`",
  state: "a `state`",
  step: "the head of the step",
  output: "an `output`",
  objective: "an `objective`",
  target: "a target",
  fun: "a `fun`",
  net: "a `net`",
  signature: "the head of a function",
  letBinding: "a `let`",
  varBinding: "a `var`",
  drawBinding: "a `draw`",
  update: "an update",
  ifStatement: "an `if`",
  whileStatement: "a `while`",
  repeatStatement: "a `repeat`",
  reportStatement: "a `report`",
  type: "a type",
  spaceType: "a type",
  arrayType: "a type",
  namedType: "a type",
  productType: "a type",
  interval: "an interval",
  properties: "the properties behind `with`",
  property: "the properties behind `with`",
  conditional: "an `if` expression",
  callArguments: "the arguments of a call",
  argument: "the arguments of a call",
  postfix: "the arguments of a call",
};

/** In what the parser stopped, in words; null for rules that say nothing to the reader. */
export function ruleWords(rule: string): string | null {
  return declarations[rule] ?? null;
}
