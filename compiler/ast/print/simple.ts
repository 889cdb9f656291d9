import type {
  Draw,
  Expression,
  Fun,
  Given,
  Input,
  Learn,
  Let,
  LetTuple,
  Objective,
  Output,
  Property,
  Report,
  Return,
  Stage,
  State,
  Target,
  Type,
  Update,
  Var,
} from "../tree.ts";
import { argumentPieces, pieces, position } from "./expressions.ts";
import { type Cell, type Line, plainLine } from "./lines.ts";
import { bracketed, commaSeparated, type Pieces } from "./pieces.ts";
import type { Written } from "./source.ts";
import {
  codomainPieces,
  domainPieces,
  parameterPieces,
  propertyPieces,
  typedNamePieces,
  typePieces,
} from "./types.ts";

/** What prints a node needs: the text it was written in, and how deep it stands. */
export interface Place {
  readonly written: Written;
  readonly indent: number;
}

/** A function whose body is an expression. */
type ShortFun<S extends Stage> = Fun<S> & { readonly body: Expression<S> };

/** Declarations and statements without a block. */
export type Simple<S extends Stage> =
  | Given<S>
  | Input<S>
  | Learn<S>
  | State<S>
  | Let<S>
  | LetTuple<S>
  | Var<S>
  | ShortFun<S>
  | Draw<S>
  | Update<S>
  | Report<S>
  | Return<S>
  | Output<S>
  | Objective<S>
  | Target<S>;

/** Prints a declaration or statement without a block, as one line. */
export function simpleLine<S extends Stage>(place: Place, node: Simple<S>): Line {
  switch (node.kind) {
    case "given":
    case "input":
    case "learn":
    case "state":
      return memberLine(place, node);
    case "let":
    case "var":
      return bindingLine(place, node);
    case "letTuple": {
      const names = node.names.map(({ name }) => name).join(", ");
      return plainLine(place.indent, [
        `let (${names}) = `,
        ...pieces(node.initial),
        ...propertyPieces(node.properties),
      ]);
    }
    case "fun":
      return funLine(place, node);
    case "draw":
      return plainLine(place.indent, [
        ...[`draw ${node.name.name}`, ...(node.type === null ? [] : [" : ", ...typePieces(node.type)])],
        ...[" from ", ...pieces(node.distribution)],
      ]);
    case "update":
      return updateLine(place, node);
    case "report":
      return plainLine(place.indent, [`report ${node.name.name} = `, ...pieces(node.value)]);
    case "return":
    case "output":
    case "objective":
      return plainLine(place.indent, [`${node.kind} `, ...pieces(node.value)]);
    case "target":
      return plainLine(place.indent, [node.target, ...argumentPieces(node.arguments)]);
  }
}

/** The cells of a type: a map's type may be aligned at its arrow. */
function typeCells<S extends Stage>(
  { written }: Place,
  nameEnd: number,
  type: Type<S>,
  more: Pieces,
): readonly Cell[] {
  const sign = { key: "sign", padded: written.padded(nameEnd, type.span.start, ":") } as const;
  if (!("codomain" in type)) return [{ ...sign, pieces: [": ", ...typePieces(type), ...more] }];
  return [
    { ...sign, pieces: [": ", ...domainPieces(type)] },
    {
      key: "arrow",
      pieces: [...codomainPieces(type), ...more],
      padded: written.padded(type.domain.span.end, type.codomain.span.start, "->"),
    },
  ];
}

/** The cells of `= e`; an initial value is aligned at its first `|>`, too. */
function initialCells<S extends Stage>(
  { written }: Place,
  before: number,
  initial: Expression<S>,
  key: "initial" | "sign",
  properties: readonly Property<S>[],
): readonly Cell[] {
  const padded = written.padded(before, initial.span.start, "=");
  const tail = propertyPieces(properties);
  const first = firstPipe(initial);
  if (first === null) return [{ key, pieces: ["= ", ...pieces(initial), ...tail], padded }];
  const [head, rest] = first;
  return [
    { key, pieces: ["= ", ...head], padded },
    {
      key: "pipe",
      pieces: [...rest, ...tail],
      padded: written.padded(pipeStart(initial), initial.span.end, "|>"),
    },
  ];
}

/** A pipeline's first value, and what follows it; null for anything else. */
function firstPipe<S extends Stage>(expression: Expression<S>): readonly [Pieces, Pieces] | null {
  if (expression.kind !== "pipe" || expression.parenthesised === true) return null;
  const into: Pieces = ["|> ", ...pieces(expression.into, position.disjunction)];
  const earlier = firstPipe(expression.value);
  if (earlier === null) return [pieces(expression.value, position.disjunction), into];
  return [earlier[0], [...earlier[1], { flat: " ", rank: 1 }, ...into]];
}

/** Where the first value of a pipeline ends. */
function pipeStart<S extends Stage>(expression: Expression<S>): number {
  if (expression.kind !== "pipe" || expression.parenthesised === true) return expression.span.end;
  return pipeStart(expression.value);
}

function memberLine<S extends Stage>(place: Place, node: Given<S> | Input<S> | Learn<S> | State<S>): Line {
  const via = node.kind === "learn" && node.via !== null ? node.via : null;
  const initial = node.kind === "input" ? null : node.initial;
  const perStep = (node.kind === "given" || node.kind === "learn") && node.perStep;
  const typeEnd = via?.span.end ?? node.type.span.end;
  const cells: Cell[] = [
    nameCell(place, node),
    ...typeCells(place, node.name.span.end, node.type, via === null ? [] : [` via ${via.name}`]),
  ];
  if (perStep || initial !== null) {
    const end = initial?.span.start ?? node.span.end;
    const padded = perStep && place.written.padded(typeEnd, end, "per");
    cells.push({ key: "per", pieces: perStep ? ["per step"] : [], padded });
  }
  if (initial !== null) {
    const before = perStep ? stepEnd(place, typeEnd, initial.span.start) : typeEnd;
    cells.push(...initialCells(place, before, initial, "initial", node.properties));
  }
  const tail = initial === null ? propertyPieces(node.properties) : [];
  return { ...plainLine(place.indent, [node.kind]), cells, tail, family: "member" };
}

/** Where `per step` ends, between the type and the initial value. */
function stepEnd({ written }: Place, start: number, end: number): number {
  const place = written.slice(start, end).lastIndexOf("step");
  return place < 0 ? start : start + place + "step".length;
}

function nameCell<S extends Stage>(
  { written }: Place,
  node: Given<S> | Input<S> | Learn<S> | State<S> | Let<S> | Var<S>,
): Cell {
  const wordEnd = node.span.start + node.kind.length;
  const gap = node.name.span.start - wordEnd;
  return {
    key: "name",
    pieces: [node.name.name],
    padded: gap > 1 && !written.breaks(wordEnd, node.name.span.start),
  };
}

function bindingLine<S extends Stage>(place: Place, node: Let<S> | Var<S>): Line {
  const properties = node.kind === "let" ? node.properties : [];
  const nameEnd = node.name.span.end;
  const line = plainLine(place.indent, [node.kind]);
  if (node.type === null) {
    const cells = [nameCell(place, node), ...initialCells(place, nameEnd, node.initial, "sign", properties)];
    return { ...line, cells, family: node.kind };
  }
  const cells = [
    nameCell(place, node),
    ...typeCells(place, nameEnd, node.type, []),
    ...initialCells(place, node.type.span.end, node.initial, "initial", properties),
  ];
  return { ...line, cells, family: "typedLet" };
}

/** The head of a function, without its result. */
export function funHead<S extends Stage>(node: Pick<Fun<S>, "name" | "parameters" | "arguments">): Pieces {
  return [
    ...[node.name.name, ...parameterPieces(node.parameters)],
    ...bracketed("(", commaSeparated(node.arguments.map(typedNamePieces)), ")"),
  ];
}

function funLine<S extends Stage>(place: Place, node: ShortFun<S>): Line {
  const last = node.arguments[node.arguments.length - 1];
  const gap = place.written.slice(last?.span.end ?? node.span.start, node.body.span.start);
  return {
    ...plainLine(place.indent, ["fun ", ...funHead(node)]),
    cells: [{ key: "initial", pieces: ["= ", ...pieces(node.body)], padded: /[^\S\n\r]{2,}=/u.test(gap) }],
    family: "fun",
  };
}

function updateLine<S extends Stage>(place: Place, node: Update<S>): Line {
  const indices = node.indices.map((index) => pieces(index, position.sum));
  const part = indices.length === 0 ? [] : bracketed("[", commaSeparated(indices), "]");
  return {
    ...plainLine(place.indent, [node.name.name, ...part]),
    cells: [{ key: "sign", pieces: ["<- ", ...pieces(node.value)], padded: false }],
    family: "update",
  };
}
