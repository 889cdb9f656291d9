import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Span } from "../../source/span.ts";
import { add, constant, type Dimension, multiply } from "../../types/dimension.ts";
import { arraySpace, type Space, spaceText } from "../../types/space.ts";
import { attempt, hasUnknowns, resolveSpace, unifyAxes, unifySpaces } from "../../types/substitution.ts";
import type { Type } from "../../types/type.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, recordRead, report } from "../context.ts";
import { lookUp } from "../scope.ts";
import { checkLayer } from "./layer.ts";
import { type Flowing, headOf, type PlacedLayer } from "./placed.ts";
import { placeNet } from "./netLayer.ts";

/** What a learned network is declared to be. */
export interface DeclaredNetwork {
  readonly name: string;
  readonly type: Extract<Type, { kind: "function" }>;
  readonly domainSpan: Span;
  readonly codomainSpan: Span;
  /** whether it gives the weights of a program, which the compiler's last layer makes of any array */
  readonly isWeights: boolean;
}

/**
 * Checks what a learned network starts from. The declared type is the wiring: one image of all inputs joined on
 * channels, a complex image as two, a number beside images as a constant channel, numbers alone as a vector; the output
 * is split likewise.
 */
export function checkNetwork(
  environment: Environment,
  declared: DeclaredNetwork,
  initial: Expression,
): Expression<Typed> {
  const input = joinSpaces(environment, declared.type.parameters);
  const output = declared.isWeights ? null : joinSpaces(environment, partsOf(declared.type.result));
  for (const [side, span] of [
    [input, declared.domainSpan],
    [output, declared.codomainSpan],
  ] as const) {
    if (side !== null || (declared.isWeights && span === declared.codomainSpan)) continue;
    const texts = { declared: sideText(declared, span), inputs: "" };
    report(environment, diagnose("IPX2032", span, texts));
  }
  const flowing: Flowing = {
    space: input,
    expected: output,
    declared: sideText(declared, declared.domainSpan),
    span: declared.domainSpan,
  };
  const placed = placeStart(environment, declared, initial, flowing);
  if (placed.output !== null && output !== null) reportResult(environment, declared, initial, placed, output);
  if (declared.isWeights && placed.output !== null && hasUnknowns(placed.output)) {
    const gives = spaceText(placed.output);
    const args = { name: declared.name, gives, wantsNumber: false, declared: FEATURES };
    report(environment, diagnose("IPX2013", initial.span, args, { declared: declared.codomainSpan }));
  }
  return placed.tree;
}

const FEATURES = "weights, made of any number of features: end with a layer such as `dense(16)`";

function sideText(declared: DeclaredNetwork, span: Span): string {
  const parts = span === declared.domainSpan ? declared.type.parameters : partsOf(declared.type.result);
  return parts.map(spaceText).join(", ");
}

/** A network of a file with several arguments gets the inputs one by one. */
function placeStart(
  environment: Environment,
  declared: DeclaredNetwork,
  initial: Expression,
  flowing: Flowing,
): PlacedLayer {
  const head = headOf(initial);
  const found = head === null ? null : lookUp(environment.scope, head.name);
  if (
    head === null ||
    found?.symbol.origin.kind !== "net" ||
    found.symbol.origin.declaration.arguments.length < 2
  ) {
    return checkLayer(environment, initial, flowing);
  }
  recordRead(environment, found.symbol);
  return placeNet(environment, initial, head, found.symbol, declared.type.parameters, flowing);
}

function reportResult(
  environment: Environment,
  declared: DeclaredNetwork,
  initial: Expression,
  placed: PlacedLayer,
  wanted: Space,
): void {
  const { substitution } = environment.run;
  const { output } = placed;
  if (output === null || attempt(substitution, () => unifySpaces(substitution, output, wanted))) return;
  const result = declared.type.result;
  const wantsNumber = result.kind === "array" && result.dimensions.length === 0;
  const args = {
    name: declared.name,
    gives: spaceText(resolveSpace(substitution, output)),
    wantsNumber,
    declared: spaceText(result),
  };
  report(environment, diagnose("IPX2013", initial.span, args, { declared: declared.codomainSpan }));
}

function partsOf(space: Space): readonly Space[] {
  return space.kind === "product" ? space.parts : [space];
}

/** All spaces as one: images joined on channels, or numbers and vectors as a vector; null where that cannot be. */
function joinSpaces(environment: Environment, spaces: readonly Space[]): Space | null {
  const resolved = spaces.map((space) => resolveSpace(environment.run.substitution, space));
  const arrays = resolved.filter((space) => space.kind === "array");
  if (arrays.length < resolved.length || arrays.length === 0) return null;
  const ranks = arrays.map((space) => space.dimensions.length);
  if (ranks.every((rank) => rank <= 1)) {
    const lengths = arrays.map((space) => doubled(space, space.dimensions[0] ?? constant(1)));
    return arraySpace("real", [lengths.reduce(add)]);
  }
  if (ranks.includes(1)) return null;
  return joinImages(environment, arrays);
}

type ArrayOf = Extract<Space, { kind: "array" }>;

/** A complex number is two real ones. */
function doubled(space: ArrayOf, count: Dimension): Dimension {
  return space.element === "complex" ? multiply(count, constant(2)) : count;
}

function joinImages(environment: Environment, spaces: readonly ArrayOf[]): Space | null {
  const { substitution } = environment.run;
  let size: readonly Dimension[] | null = null;
  let channels = constant(0);
  for (const space of spaces) {
    const rank = space.dimensions.length;
    if (rank === 0) {
      channels = add(channels, doubled(space, constant(1)));
      continue;
    }
    const own = rank === 2 ? space.dimensions : space.dimensions.slice(0, -1);
    const known: readonly Dimension[] | null = size;
    if (known !== null && !attempt(substitution, () => unifyAxes(substitution, known, own))) return null;
    size = own;
    channels = add(
      channels,
      doubled(space, (rank === 2 ? undefined : space.dimensions[rank - 1]) ?? constant(1)),
    );
  }
  return size === null ? null : arraySpace("real", [...size, channels]);
}
