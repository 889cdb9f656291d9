import type { Span } from "../../compiler/source/span.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { spaceOf, type Space } from "../../runtime/arrays/value.ts";
import { sameShape } from "../../runtime/engine/shape.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { withMeasuredNorm } from "../../runtime/operators/norm.ts";
import { BindingError } from "../../runtime/program/bindingError.ts";
import type {
  DataDeclaration,
  ProgramDefinition,
  TypeDeclaration,
} from "../../runtime/program/definition.ts";
import { resolve, unify, type Dimensions, type Observation } from "../../runtime/program/unify.ts";
import { typeText } from "../../runtime/program/unify.ts";
import { failureAt, locatedNow } from "../report.ts";
import { type OperatorDraft, openSpace } from "./draft.ts";
import type { Spaces } from "./spaceRules.ts";
import type { Thing } from "./thing.ts";

type OperatorType = Extract<TypeDeclaration, { kind: "operator" }>;

/** An operator that is declared and bound, and whose spaces are still to be found. */
interface Pending {
  readonly name: string;
  readonly type: OperatorType;
  readonly draft: OperatorDraft;
}

interface Request {
  readonly definition: ProgramDefinition;
  readonly operations: Operations;
  readonly batched: boolean;
}

/**
 * The operators of a program, on the spaces that its types, its data and the operators themselves tell. What tells
 * nothing by itself waits for the others; at last sizes take their defaults, and masks say on what they act.
 * @throws Failure IPX8404 for an operator whose spaces stay open
 */
export function realiseOperators(
  { definition, operations, batched }: Request,
  names: ReadonlyMap<string, Thing>,
  sizes: Readonly<Record<string, number>>,
  place: (name: string) => Span,
): ReadonlyMap<string, Operator> {
  const declarations = [...definition.givens, ...definition.inputs];
  const found = new Map<string, Operator>();
  let pending = declarations.flatMap((declaration) => pendingOperator(declaration, names, place));
  let known: Dimensions = { sizes: new Map(Object.entries(sizes)), spaces: new Map() };
  const settle = (guess: boolean): void => {
    for (let before = -1; pending.length !== before;) {
      before = pending.length;
      pending = pending.filter((each) => {
        const spaces = each.draft.infer(declared(each.type, known), guess);
        if (spaces.domain === null || spaces.codomain === null) return true;
        const plain = each.draft.realise(operations, spaces);
        const operator = each.draft.composite ? withMeasuredNorm(operations, plain) : plain;
        found.set(each.name, operator);
        known = locatedNow(place(each.name), () => unify(known, observed(each, operator, known)));
        return false;
      });
    }
  };
  settle(false);
  const arrays = declarations.flatMap((declaration) => observedArray(declaration, names, known, batched));
  known = unifyAt(known, arrays, place);
  settle(false);
  known = withDefaults(definition, known);
  settle(true);
  const [open] = pending;
  if (open !== undefined) {
    throw openSpace(place(open.name), open.draft.text, open.name, definition.sizes.length > 0);
  }
  return found;
}

function pendingOperator(
  { name, type }: DataDeclaration,
  names: ReadonlyMap<string, Thing>,
  place: (name: string) => Span,
): readonly Pending[] {
  const thing = names.get(name);
  if (thing?.kind !== "operator") return [];
  if (type.kind === "operator") return [{ name, type, draft: thing.draft }];
  const error = new BindingError("IPX8009", name, {
    what: `\`${name}\` is declared ${typeText(type)} and bound to an operator.`,
  });
  throw failureAt(place(name), error);
}

function declared(type: OperatorType, known: Dimensions): Spaces {
  return { domain: resolve(type.domain, known), codomain: resolve(type.codomain, known) };
}

/** What a realised operator says of its declaration; a real domain that is declared stays real. */
function observed({ name, type }: Pending, operator: Operator, known: Dimensions): readonly Observation[] {
  const told = resolve(type.domain, known);
  const real =
    told ?? (type.domain.kind === "array" && type.domain.field === "real" ? realPart(operator.domain) : null);
  const domain = real !== null && sameButField(real, operator.domain) ? real : operator.domain;
  return [
    { name, declared: type.domain, actual: domain },
    { name, declared: type.codomain, actual: operator.codomain },
  ];
}

function realPart(space: Space): Space {
  return space.kind === "array" ? { ...space, field: "real" } : space;
}

function sameButField(left: Space, right: Space): boolean {
  return left.kind === "array" && right.kind === "array" && sameShape(left.shape, right.shape);
}

function observedArray(
  { name, type, perStep }: DataDeclaration,
  names: ReadonlyMap<string, Thing>,
  known: Dimensions,
  batched: boolean,
): readonly Observation[] {
  const thing = names.get(name);
  if (type.kind === "operator" || type.kind === "map" || perStep) return [];
  if (thing?.kind === "value") return [{ name, declared: type, actual: spaceOf(thing.value) }];
  if (thing?.kind !== "host") return [];
  const { field, shape } = thing.array;
  const samples = thing.batched || isBatch(type, thing.array, known, batched);
  return [
    { name, declared: type, actual: { kind: "array", field, shape: samples ? shape.slice(1) : shape } },
  ];
}

/** Whether the first axis of an array counts samples, by the runtime's rule: one axis more than the type asks for. */
export function isBatch(
  type: TypeDeclaration,
  { shape }: HostArray,
  known: Dimensions,
  batched: boolean,
): boolean {
  const told = type.kind === "array" ? type.dimensions.length : rankOf(resolve(type, known));
  return told === null ? batched : shape.length === told + 1;
}

function rankOf(space: Space | null): number | null {
  return space?.kind === "array" ? space.shape.length : null;
}

function unifyAt(
  known: Dimensions,
  observations: readonly Observation[],
  place: (name: string) => Span,
): Dimensions {
  try {
    return unify(known, observations);
  } catch (error) {
    throw error instanceof BindingError ? failureAt(place(error.declaration), error) : error;
  }
}

function withDefaults(definition: ProgramDefinition, { sizes, spaces }: Dimensions): Dimensions {
  const defaults = definition.sizes.flatMap(({ name, initial }) =>
    initial === null || sizes.has(name) ? [] : [[name, initial] as const],
  );
  return { sizes: new Map([...sizes, ...defaults]), spaces };
}
