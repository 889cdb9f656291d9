import type { Expression } from "../ast/tree.ts";
import { isComplex, isReal, type Space } from "../types/space.ts";
import { attempt, unifySpaces } from "../types/substitution.ts";
import type { Type } from "../types/type.ts";
import type { Typed, Typing } from "../types/typing.ts";
import type { Environment } from "./context.ts";
import { resolveType, typing, unknownTyping } from "./typed.ts";

type OperatorType = Extract<Type, { kind: "operator" }>;

/** `A*real'` for an A on complex arrays that is declared on real ones; null where that is not the difference. */
export function embedRealDomain(
  environment: Environment,
  value: Expression<Typed>,
  actual: OperatorType,
  wanted: OperatorType,
): Expression<Typed> | null {
  const { substitution } = environment.run;
  const { domain } = actual;
  if (!isReal(wanted.domain) || wanted.domain.kind !== "array" || !isComplex(domain)) return null;
  const complex: Space = { ...wanted.domain, element: "complex" };
  const fits = attempt(
    substitution,
    () =>
      unifySpaces(substitution, domain, complex) &&
      unifySpaces(substitution, actual.codomain, wanted.codomain),
  );
  if (!fits) return null;
  const { span } = value;
  const real: OperatorType = { kind: "operator", domain: complex, codomain: wanted.domain };
  const embedding: OperatorType = { kind: "operator", domain: wanted.domain, codomain: complex };
  const part = (type: OperatorType): Typing => typing(resolveType(environment.run, type), 0);
  return {
    kind: "product",
    operator: "*",
    operatorSpan: span,
    left: value,
    right: {
      kind: "adjoint",
      operand: {
        kind: "name",
        name: "real",
        reference: { kind: "library", name: "real" },
        span,
        note: part(real),
      },
      span,
      note: part(embedding),
    },
    product: "compose",
    span,
    note: { ...typing(resolveType(environment.run, wanted), value.note.level), facts: normFacts(value) },
  };
}

/** An embedding keeps norms, so that bounds of the operator hold. */
function normFacts(value: Expression<Typed>): Typing["facts"] {
  const { facts } = value.note;
  return facts.length === 0 ? unknownTyping().facts : facts.filter(({ property }) => property === "norm");
}
