import type { Operations } from "../arrays/operations.ts";
import { handlesOf, spaceOf, type Space, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { ProjectionGeometry } from "../engine/projection.ts";
import { sameShape } from "../engine/shape.ts";
import { OperatorError } from "./operatorError.ts";
import type { NormBound, Operator, OperatorProperty, RowAccess } from "./operator.ts";
import { spaceText } from "./spaces.ts";
import type { SpectralForm, VectorForm } from "./algebra/spectral.ts";

/** What makes an operator; see `defineOperator`. */
export interface OperatorDefinition {
  readonly text: string;
  readonly domain: Space;
  readonly codomain: Space;
  readonly handles?: readonly Handle[];
  readonly geometries?: readonly ProjectionGeometry[];
  readonly norm: () => NormBound;
  readonly norms?: () => readonly number[] | null;
  readonly properties: () => Iterable<OperatorProperty>;
  readonly rows?: RowAccess;
  readonly apply: (operations: Operations, x: Value) => Value;
  readonly adjoint: (operations: Operations, y: Value) => Value;
  readonly gram?: (operations: Operations) => Operator | null;
  readonly spectral?: (operations: Operations) => SpectralForm | null;
  readonly vectors?: (operations: Operations) => VectorForm | null;
  readonly differences?: Operator["differences"];
}

/**
 * An operator of its parts. Norm and properties are computed once, when asked for. Values are checked against the
 * spaces, reals are embedded where the space is complex, and what a product makes on its way is freed.
 */
export function defineOperator(definition: OperatorDefinition): Operator {
  const { text, domain, codomain, handles = [], rows, geometries, differences } = definition;
  const norm = once(definition.norm);
  const properties = once<ReadonlySet<OperatorProperty>>(() => new Set(definition.properties()));
  return {
    kind: "operator",
    text,
    domain,
    codomain,
    handles,
    ...(rows === undefined ? {} : { rows }),
    gram: definition.gram ?? (() => null),
    spectral: definition.spectral ?? (() => null),
    vectors: definition.vectors ?? (() => null),
    norms: definition.norms ?? (() => null),
    ...(geometries === undefined ? {} : { geometries }),
    ...(differences === undefined ? {} : { differences }),
    get norm() {
      return norm();
    },
    get properties() {
      return properties();
    },
    apply: (operations, x) =>
      operations.engine.scope(
        () => definition.apply(operations, conform(operations, x, domain, text)),
        handlesOf,
      ),
    adjoint: (operations, y) =>
      operations.engine.scope(
        () => definition.adjoint(operations, conform(operations, y, codomain, `${text}'`)),
        handlesOf,
      ),
  };
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: compute() }).value;
}

/**
 * The value as one of the space: itself, or embedded where it is real and the space complex.
 * @throws OperatorError IPX8209
 */
function conform(operations: Operations, value: Value, space: Space, text: string): Value {
  if (value.kind === "product" && space.kind === "product" && value.parts.length === space.parts.length) {
    const parts = space.parts.map((part, index) =>
      conform(operations, operations.part(value, index), part, text),
    );
    return operations.product(parts);
  }
  if (value.kind === "array" && space.kind === "array" && sameShape(value.shape, space.shape)) {
    if (value.field === space.field) return value;
    if (space.field === "complex") return operations.map("complex(x)", { x: value });
  }
  throw new OperatorError("IPX8209", {
    what: `\`${text}\` was applied to a value of ${spaceText(spaceOf(value))}; it acts on ${spaceText(space)}.`,
  });
}
