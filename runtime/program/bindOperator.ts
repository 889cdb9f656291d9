import type { Operations } from "../arrays/operations.ts";
import type { Space } from "../arrays/value.ts";
import { sizeOf } from "../engine/shape.ts";
import type { HostArray } from "../io/hostArray.ts";
import { matrixOperator, type MatrixOptions } from "../operators/matrices/matrix.ts";
import { adjoint, compose } from "../operators/algebra/algebra.ts";
import type { Operator } from "../operators/operator.ts";
import { arraySpace, spaceText } from "../operators/spaces.ts";
import { BindingError } from "./bindingError.ts";
import { kindError } from "./kindError.ts";
import { materialSpace, type ArrayMaterial, type Material } from "./datum.ts";
import type { SpaceDeclaration, TypeDeclaration } from "./definition.ts";
import { upload } from "./transfer.ts";
import { resolve, typeText, type Dimensions, type Observation } from "./unify.ts";

type OperatorType = Extract<TypeDeclaration, { kind: "operator" }>;

/** What an operator or a matrix says about the spaces of its declaration. */
export function observeOperator(
  spaces: readonly SpaceDeclaration[],
  name: string,
  type: OperatorType,
  material: Material,
  batched: boolean,
): readonly Observation[] {
  if (material.kind === "operator") {
    const { domain, codomain } = material.operator;
    const embeds = isDeclaredReal(type, spaces) && domain.kind === "array";
    return [
      { name, declared: type.domain, actual: embeds ? { ...domain, field: "real" } : domain },
      { name, declared: type.codomain, actual: codomain },
    ];
  }
  if (material.kind === "map") throw kindError(name, type, material.kind);
  const [rows, columns] = matrixShape(name, type, material, batched);
  return [observeAxis(name, type.domain, columns), observeAxis(name, type.codomain, rows)].flat();
}

/** The rows of a matrix say something of spaces with one axis only. */
function observeAxis(name: string, declared: TypeDeclaration, extent: number): readonly Observation[] {
  const oneAxis =
    declared.kind === "space" || (declared.kind === "array" && declared.dimensions.length === 1);
  return oneAxis ? [{ name, declared, actual: arraySpace("real", [extent]) }] : [];
}

/**
 * The operator of a declaration: what is bound, or the operator of a matrix [entries of codomain, entries of domain].
 * With `batched` the first axis counts samples, each with a matrix of its own.
 * Where the declared domain is real and the operator's complex, real' comes before it.
 * @throws BindingError IPX8004, IPX8009
 */
export function bindOperator(
  operations: Operations,
  name: string,
  type: OperatorType,
  material: Material,
  dimensions: Dimensions,
  spaces: readonly SpaceDeclaration[],
  batched: boolean,
): Operator {
  if (material.kind === "operator") return asDeclared(operations, type, material.operator, spaces);
  if (material.kind === "map") throw kindError(name, type, material.kind);
  const [rows, columns] = matrixShape(name, type, material, batched);
  const domain = resolve(type.domain, dimensions);
  const codomain = resolve(type.codomain, dimensions);
  const fits = entries(domain) === columns && entries(codomain) === rows;
  if (domain === null || codomain === null || !fits) {
    throw new BindingError("IPX8004", name, {
      what: `\`${name}\` is declared ${typeText(type)} and bound to a matrix of ${rows} x ${columns}.`,
      why: "A matrix has a row for each entry of the codomain and a column for each entry of the domain.",
    });
  }
  const matrix =
    material.kind === "host" ? material.array : material.kind === "value" ? material.value : null;
  if (matrix === null || ("kind" in matrix && matrix.kind === "product")) {
    throw new BindingError("IPX8009", name, { what: `\`${name}\` is bound to a product, not to a matrix.` });
  }
  const options = { text: name, domain, codomain };
  return !("kind" in matrix) && batched
    ? matricesOperator(operations, matrix, options)
    : matrixOperator(operations, matrix, options);
}

/** The operator of an array [samples, m, n], a matrix for each sample. */
function matricesOperator(operations: Operations, matrices: HostArray, options: MatrixOptions): Operator {
  const value = upload(operations, matrices, true);
  const operator = matrixOperator(operations, value, options);
  if (!operator.handles.includes(value.handle)) operations.engine.dispose([value.handle]);
  return operator;
}

function entries(space: Space | null): number {
  return space?.kind === "array" ? sizeOf(space.shape) : Number.NaN;
}

function matrixShape(
  name: string,
  type: OperatorType,
  material: ArrayMaterial,
  batched: boolean,
): readonly [rows: number, columns: number] {
  const space = materialSpace(material, batched);
  if (space.kind === "array" && space.shape.length === 2) return [space.shape[0] ?? 0, space.shape[1] ?? 0];
  throw new BindingError("IPX8009", name, {
    what: `\`${name}\` is declared ${typeText(type)} and bound to data of ${spaceText(space)}.`,
    hint: "Bind an operator, or a matrix of two axes.",
  });
}

function isDeclaredReal({ domain }: OperatorType, spaces: readonly SpaceDeclaration[]): boolean {
  if (domain.kind === "array") return domain.field === "real";
  return (
    domain.kind === "space" && spaces.some(({ name, field }) => name === domain.name && field === "real")
  );
}

/** The operator, after the embedding of the reals where its declared domain is real and its own complex. */
function asDeclared(
  operations: Operations,
  type: OperatorType,
  operator: Operator,
  spaces: readonly SpaceDeclaration[],
): Operator {
  const { domain } = operator;
  if (!isDeclaredReal(type, spaces) || domain.kind !== "array" || domain.field === "real") return operator;
  return compose(operator, adjoint(operations.library("real", {}, domain, [])));
}
