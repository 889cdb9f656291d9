import {
  ELEMENTWISE,
  type ElementwiseExpression,
  type ElementwiseFunction,
  type ElementwiseResults,
} from "./expression.ts";

/** A text that is no elementwise expression. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  constructor(text: string, position: number, reason: string) {
    super(`in the expression ${JSON.stringify(text)} at ${position}: ${reason}`);
  }
}

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_$][\p{L}\p{M}\p{N}_$]*)|(?<sign><=|==|[<+\-*/^(),]))/uy;

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly position: number;
}

const parsed = new Map<string, ElementwiseExpression>();

/**
 * The expression of a text: names, numbers, `inf`, `+ - * /` entry by entry, unary `-`, `^`, `< <= ==`, and calls of
 * the elementwise functions. Each text is parsed once.
 * @throws ExpressionError
 */
export function parse(text: string): ElementwiseExpression {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const reader = new Reader(text);
  const expression = comparison(reader);
  reader.expect("end", "");
  parsed.set(text, expression);
  return expression;
}

const parsedTogether = new Map<string, ElementwiseResults>();

/**
 * `parse` of several texts, by the names of their results; each record of texts is parsed once.
 * @throws ExpressionError
 */
export function parseAll(texts: Readonly<Record<string, string>>): ElementwiseResults {
  const entries = Object.entries(texts);
  const key = JSON.stringify(entries);
  const known = parsedTogether.get(key);
  if (known !== undefined) return known;
  const results = Object.fromEntries(entries.map(([name, text]) => [name, parse(text)]));
  parsedTogether.set(key, results);
  return results;
}

class Reader {
  readonly text: string;
  private readonly tokens: readonly Token[];
  private next = 0;
  constructor(text: string) {
    this.text = text;
    this.tokens = tokensOf(text);
  }
  get token(): Token {
    return this.tokens[this.next] ?? { kind: "end", text: "", position: this.text.length };
  }
  take(): Token {
    const { token } = this;
    this.next += 1;
    return token;
  }
  takes(...signs: readonly string[]): string | null {
    const { kind, text } = this.token;
    return kind === "sign" && signs.includes(text) ? this.take().text : null;
  }
  expect(kind: Token["kind"], text: string): void {
    const token = this.take();
    if (token.kind !== kind || token.text !== text) this.fail(token, `${text || "the end"} was expected`);
  }
  fail(token: Token, reason: string): never {
    throw new ExpressionError(this.text, token.position, reason);
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (text.slice(position).trim() !== "") {
    TOKEN.lastIndex = position;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw new ExpressionError(text, position, "a sign that has no meaning here");
    const kind = groups["number"] !== undefined ? "number" : groups["name"] !== undefined ? "name" : "sign";
    tokens.push({ kind, text: groups[kind] ?? "", position });
    position = TOKEN.lastIndex;
  }
  return tokens;
}

function apply(name: ElementwiseFunction, ...parts: readonly ElementwiseExpression[]): ElementwiseExpression {
  return { kind: "apply", function: name, arguments: parts };
}

const COMPARISONS: ReadonlyMap<string, ElementwiseFunction> = new Map([
  ["<", "less"],
  ["<=", "lessEqual"],
  ["==", "equal"],
]);

function comparison(reader: Reader): ElementwiseExpression {
  const left = sum(reader);
  const name = COMPARISONS.get(reader.takes("<", "<=", "==") ?? "");
  return name === undefined ? left : apply(name, left, sum(reader));
}

function sum(reader: Reader): ElementwiseExpression {
  let left = term(reader);
  for (let sign = reader.takes("+", "-"); sign !== null; sign = reader.takes("+", "-")) {
    left = apply(sign === "+" ? "add" : "sub", left, term(reader));
  }
  return left;
}

function term(reader: Reader): ElementwiseExpression {
  let left = factor(reader);
  for (let sign = reader.takes("*", "/"); sign !== null; sign = reader.takes("*", "/")) {
    left = apply(sign === "*" ? "mul" : "div", left, factor(reader));
  }
  return left;
}

/** `-x^2` is -(x^2); `-2` is the number, `-2^2` is -(2^2). */
function factor(reader: Reader): ElementwiseExpression {
  if (reader.takes("-") === null) return power(reader);
  const literal = isNumber(reader.token);
  const value = factor(reader);
  return literal && value.kind === "constant" ? { ...value, value: -value.value } : apply("neg", value);
}

function isNumber({ kind, text }: Token): boolean {
  return kind === "number" || (kind === "name" && text === "inf");
}

function power(reader: Reader): ElementwiseExpression {
  const base = primary(reader);
  return reader.takes("^") === null ? base : apply("pow", base, factor(reader));
}

function primary(reader: Reader): ElementwiseExpression {
  const token = reader.take();
  if (isNumber(token))
    return { kind: "constant", value: token.text === "inf" ? Infinity : Number(token.text) };
  if (token.kind === "sign" && token.text === "(") {
    const inner = comparison(reader);
    reader.expect("sign", ")");
    return inner;
  }
  if (token.kind !== "name") return reader.fail(token, "a name, a number or ( was expected");
  if (reader.takes("(") === null) return { kind: "input", name: token.text };
  return call(reader, token);
}

function call(reader: Reader, token: Token): ElementwiseExpression {
  if (!isFunction(token.text)) return reader.fail(token, `${token.text} is no elementwise function`);
  const parts = [comparison(reader)];
  while (reader.takes(",") !== null) parts.push(comparison(reader));
  reader.expect("sign", ")");
  const wanted = ELEMENTWISE[token.text].arguments;
  if (parts.length !== wanted) return reader.fail(token, `${token.text} takes ${wanted} arguments`);
  return apply(token.text, ...parts);
}

function isFunction(name: string): name is ElementwiseFunction {
  return Object.hasOwn(ELEMENTWISE, name);
}
