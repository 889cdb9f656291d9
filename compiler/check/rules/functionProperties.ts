import type { Expression } from "../../ast/tree.ts";
import { formOfFunction, symbolOf } from "../../library/calculus/analyse.ts";
import { leastCurvature, unprovenTerm } from "../../library/calculus/convexity.ts";
import { type Curvature, curvature, multiple, signOf, sumOf } from "../../library/calculus/curvature.ts";
import type { Atom, FunctionForm } from "../../library/calculus/form.ts";
import { isSeparable } from "../../library/calculus/separable.ts";
import { FUNCTIONS } from "../../library/functions/table.ts";
import type { PropertyName } from "../../types/property.ts";
import type { Typed } from "../../types/typing.ts";
import type { Knowledge } from "../context.ts";
import { findKink, findNetworkKink } from "./kinks.ts";
import { isProximable } from "./proxRules.ts";

/**
 * Whether a property of a function or a map is known: declared of it, or by its structure. Convex is a sum, with factors
 * that are not negative, of convex functions of affine images (Boyd, Vandenberghe, Convex Optimization, 2004, 3.2).
 */
export function hasProperty(
  knowledge: Knowledge,
  of: Expression<Typed>,
  property: PropertyName,
  bound: number | null,
): boolean {
  if (of.note.facts.some((fact) => fact.property === property && suffices(property, fact.bound, bound)))
    return true;
  const form = formOfFunction(of, knowledge.definitions);
  switch (property) {
    case "smooth":
      return findKink(knowledge, of) === null && findNetworkKink(knowledge, of) === null;
    case "convex":
      return isConvexFunction(knowledge, of);
    case "proximable":
      return form !== null && isProximable(knowledge, form);
    case "separable":
      return form !== null && form.terms.every(isSeparable);
    case "strongly_convex":
      return (
        form !== null &&
        bound !== null &&
        isConvex(form, knowledge) &&
        leastCurvature(form, knowledge.definitions) >= bound
      );
    default:
      return false;
  }
}

/** Whether a constant that is known is as good as the one that is asked for. */
function suffices(property: PropertyName, known: number | null, wanted: number | null): boolean {
  if (wanted === null) return true;
  if (known === null) return false;
  return property === "strongly_convex" ? known >= wanted : known <= wanted;
}

/** Whether a function of one variable is convex by its form, or by the curvature of what it is written as. */
function isConvexFunction(knowledge: Knowledge, of: Expression<Typed>): boolean {
  const found = curvatureOfFunction(knowledge, of);
  return found === "convex" || found === "affine" || found === "constant";
}

function curvatureOfFunction(knowledge: Knowledge, of: Expression<Typed>): Curvature {
  const { definitions } = knowledge;
  const form = formOfFunction(of, definitions);
  if (form !== null && isConvex(form, knowledge)) return "convex";
  const inner = (part: Expression<Typed>): Curvature => curvatureOfFunction(knowledge, part);
  switch (of.kind) {
    case "sum":
      return sumOf(inner(of.left), multiple(inner(of.right), of.operator === "-" ? -1 : 1));
    case "negate":
      return multiple(inner(of.operand), -1);
    case "product": {
      const [number, scaled] = of.operator === "/" ? [of.right, of.left] : [of.left, of.right];
      return of.product === "scaleFunction" ? multiple(inner(scaled), signOf(number)) : "unknown";
    }
    case "name": {
      const definition = of.reference.kind === "symbol" ? definitions.get(of.reference.symbol) : undefined;
      if (definition?.kind === "let") return inner(definition.initial);
      const [argument, ...more] = definition?.kind === "fun" ? definition.arguments : [];
      if (definition?.kind !== "fun" || argument === undefined || more.length > 0) return "unknown";
      if (definition.body.kind === "block") return "unknown";
      const setting = {
        definitions,
        isConvexFunction: (each: Expression<Typed>) => hasProperty(knowledge, each, "convex", null),
      };
      return curvature(definition.body, symbolOf(argument.declaration), setting);
    }
    default:
      return "unknown";
  }
}

function isConvex(form: FunctionForm, knowledge: Knowledge): boolean {
  return (
    form.terms.every(({ atom }) => isConvexAtom(atom)) &&
    unprovenTerm(form, knowledge.definitions, 0) === null
  );
}

function isConvexAtom(atom: Atom): boolean {
  switch (atom.kind) {
    case "library":
      return atom.name === "tv" || Object.hasOwn(FUNCTIONS, atom.name);
    case "opaque":
      return atom.symbol.typing.facts.some(({ property }) => property === "convex");
    case "indicator":
    case "conjugate":
    case "linear":
    case "constant":
      return true;
    case "general":
      return false;
  }
}
