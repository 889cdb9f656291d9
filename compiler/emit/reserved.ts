/** What every emitted module imports by name, if it uses it. */
export const RUNTIME_VALUES = ["defineProgram", "R", "C", "productOf"] as const;
export const RUNTIME_TYPES = [
  "ArrayDatum",
  "GivenMap",
  "Operations",
  "Operator",
  "OperatorDatum",
  "Space",
  "Value",
] as const;

export type RuntimeName = (typeof RUNTIME_VALUES)[number] | (typeof RUNTIME_TYPES)[number];

/**
 * Names that no local of an emitted module may take: the words of TypeScript, what each function is handed, and what expressions
 * read as infinity.
 */
export const RESERVED: ReadonlySet<string> = new Set([
  ..."abstract any arguments as async await boolean break case catch class const constructor continue debugger".split(
    " ",
  ),
  ..."declare default delete do else enum eval export extends false finally for from function get if".split(
    " ",
  ),
  ..."implements import in infer Infinity instanceof interface is keyof let module namespace NaN never new".split(
    " ",
  ),
  ..."null number object of package private protected public readonly return satisfies set static string".split(
    " ",
  ),
  ..."super switch symbol this throw true try type typeof undefined unique unknown var void while with yield".split(
    " ",
  ),
  "ops",
  "inf",
  "known",
  ...RUNTIME_VALUES,
  ...RUNTIME_TYPES,
]);
