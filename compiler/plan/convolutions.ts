import type { Variable } from "../ir/block.ts";
import type { Method, PlanFunction, Statement } from "./call.ts";
import { usesOfStatement, variablesOfResult } from "./uses.ts";
import type { NameOf, Piece } from "./pieces.ts";

/** What stands around a convolution: it moves entries, and adds them where an image is folded. */
const AROUND: ReadonlySet<Method> = new Set<Method>(["extendImage", "foldImage", "reshape"]);

/** From so many calls on an application is worth a function. */
const LONG = 3;

/** The applications of learned convolutions, and of their adjoints, with what stands around them and is read there only. */
export function convolutionsIn(
  of: PlanFunction,
  nameOf: NameOf,
  learned: ReadonlySet<string>,
): readonly Piece[] {
  const returned = new Set(variablesOfResult(of.result));
  const readers = (variable: Variable): readonly Statement[] =>
    of.statements.filter((statement) => usesOfStatement(statement).variables.has(variable));
  const onlyReader = (variable: Variable): Statement | null => {
    const [only, ...others] = readers(variable);
    return only === undefined || others.length > 0 || returned.has(variable) ? null : only;
  };
  const maker = (variable: Variable): Statement | undefined =>
    of.statements.find(({ outputs }) => outputs.kind === "variable" && outputs.variable === variable);
  return of.statements.flatMap((statement): readonly Piece[] => {
    const weight = weightOf(statement, nameOf);
    const output = outputOf(statement);
    if (weight === null || output === null || !learned.has(weight)) return [];
    const chain = [statement];
    for (let first: Statement | undefined = statement; first !== undefined;) {
      const image = imageOf(first);
      const before = image === null || onlyReader(image) === null ? undefined : maker(image);
      first = before !== undefined && isAround(before) ? before : undefined;
      if (first !== undefined) chain.unshift(first);
    }
    for (let last: Variable | null = output; last !== null;) {
      const after = onlyReader(last);
      last = after !== null && isAround(after) && imageOf(after) === last ? outputOf(after) : null;
      if (after !== null && last !== null) chain.push(after);
    }
    return chain.length < LONG ? [] : [pieceOf(chain, weight, statement)];
  });
}

function pieceOf(chain: readonly Statement[], weight: string, convolution: Statement): Piece {
  const root = chain.at(-1);
  const made = root === undefined ? null : outputOf(root);
  if (root === undefined || made === null) throw new Error("a convolution without a result");
  const isForward = convolution.call.kind === "method" && convolution.call.method === "convolve";
  const isExtended = chain[0] === convolution;
  const of = isExtended ? "images that are extended already" : "images";
  return {
    of: { parameters: [], statements: chain, result: { kind: "variable", variable: made } },
    name: `${weight}_${isForward ? "applied" : "adjoint"}${isExtended ? "_to_extended" : ""}`,
    doc: isForward
      ? `The learned convolution \`${weight}\` of real ${of}.`
      : `The adjoint of the learned convolution \`${weight}\`, of real ${of}.`,
    place: (statements, { name, more }) =>
      statements.flatMap((each) => {
        if (each === root) return [{ ...each, call: { kind: "function", name, arguments: more } }];
        return chain.includes(each) ? [] : [each];
      }),
  };
}

/** The name of the known filters of a convolution, null for another call. */
function weightOf({ call }: Statement, nameOf: NameOf): string | null {
  if (call.kind !== "method") return null;
  if (call.method !== "convolve" && call.method !== "convolveInputGradient") return null;
  const [, filters] = call.arguments;
  return filters.kind === "variable" ? nameOf(filters.variable) : null;
}

function isAround({ call }: Statement): boolean {
  return call.kind === "method" && AROUND.has(call.method);
}

/** The array that a call is given first. */
function imageOf({ call }: Statement): Variable | null {
  const [image] = call.arguments;
  return image?.kind === "variable" ? image.variable : null;
}

function outputOf({ outputs }: Statement): Variable | null {
  return outputs.kind === "variable" ? outputs.variable : null;
}
