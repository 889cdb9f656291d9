/** A polynomial in sizes, as parsed from its text. */
export type DimensionTree =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "size"; readonly name: string }
  | {
      readonly kind: "operation";
      readonly sign: "+" | "-" | "*" | "/" | "^";
      readonly left: DimensionTree;
      readonly right: DimensionTree;
    };

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{M}\p{Nd}_₀-₉]*)|([-+*/^()]))/uy;

/**
 * Parses a dimension such as `2*h`, `h*w + 1` or `n/4`.
 * @throws SyntaxError where the text is none; compiled programs hold no such text.
 */
export function parseDimension(text: string): DimensionTree {
  const tokens = tokenise(text);
  let at = 0;
  const take = (...signs: readonly string[]): string | null => {
    const token = tokens[at];
    if (token === undefined || !signs.includes(token)) return null;
    at++;
    return token;
  };
  const chain = (signs: readonly ("+" | "-" | "*" | "/")[], operand: () => DimensionTree): DimensionTree => {
    let left = operand();
    for (let sign = take(...signs); sign !== null; sign = take(...signs)) {
      left = { kind: "operation", sign: sign as "+" | "-" | "*" | "/", left, right: operand() };
    }
    return left;
  };
  const sum = (): DimensionTree => chain(["+", "-"], () => chain(["*", "/"], power));
  const power = (): DimensionTree => {
    const left = primary();
    return take("^") === null ? left : { kind: "operation", sign: "^", left, right: power() };
  };
  const primary = (): DimensionTree => {
    if (take("-") !== null) {
      return { kind: "operation", sign: "-", left: { kind: "number", value: 0 }, right: primary() };
    }
    if (take("(") !== null) {
      const inner = sum();
      if (take(")") === null) throw new SyntaxError(`The dimension '${text}' lacks a bracket.`);
      return inner;
    }
    const token = tokens[at++];
    if (token === undefined) throw new SyntaxError(`The dimension '${text}' ends early.`);
    return /^\d/.test(token) ? { kind: "number", value: Number(token) } : { kind: "size", name: token };
  };
  const tree = sum();
  if (at < tokens.length) throw new SyntaxError(`The dimension '${text}' goes on after its end.`);
  return tree;
}

function tokenise(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null) throw new SyntaxError(`'${text}' is no dimension.`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? "");
  }
  return tokens;
}

/** The names of sizes in a dimension. */
export function sizesOf(tree: DimensionTree): ReadonlySet<string> {
  switch (tree.kind) {
    case "number":
      return new Set();
    case "size":
      return new Set([tree.name]);
    case "operation":
      return new Set([...sizesOf(tree.left), ...sizesOf(tree.right)]);
  }
}

/** The value of a dimension; NaN where a size has none. */
export function evaluateDimension(tree: DimensionTree, sizes: ReadonlyMap<string, number>): number {
  switch (tree.kind) {
    case "number":
      return tree.value;
    case "size":
      return sizes.get(tree.name) ?? Number.NaN;
    case "operation":
      return SIGNS[tree.sign](evaluateDimension(tree.left, sizes), evaluateDimension(tree.right, sizes));
  }
}

const SIGNS = {
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "*": (a: number, b: number) => a * b,
  "/": (a: number, b: number) => a / b,
  "^": (a: number, b: number) => a ** b,
} as const;

/** What a dimension of known extent says about sizes. */
export type DimensionAnswer =
  | { readonly kind: "equal" }
  | { readonly kind: "unequal"; readonly value: number }
  | { readonly kind: "solved"; readonly name: string; readonly value: number }
  | { readonly kind: "unsolvable"; readonly name: string }
  /** several sizes are open, or one that does not occur linearly */
  | { readonly kind: "open" };

/** Compares a dimension with an extent; solves for its only open size where that occurs linearly. */
export function solveDimension(
  tree: DimensionTree,
  extent: number,
  sizes: ReadonlyMap<string, number>,
): DimensionAnswer {
  const open = [...sizesOf(tree)].filter((name) => !sizes.has(name));
  const [name] = open;
  if (name === undefined) {
    const value = evaluateDimension(tree, sizes);
    return value === extent ? { kind: "equal" } : { kind: "unequal", value };
  }
  if (open.length > 1) return { kind: "open" };
  const at = (value: number): number => evaluateDimension(tree, new Map([...sizes, [name, value]]));
  const slope = at(2) - at(1);
  if (slope === 0 || at(3) - at(2) !== slope) return { kind: "open" };
  const value = 1 + (extent - at(1)) / slope;
  return Number.isInteger(value) && value >= 1
    ? { kind: "solved", name, value }
    : { kind: "unsolvable", name };
}
