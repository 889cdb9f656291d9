import type { Expression } from "../../ast/tree.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { Factor, FormTerm, Link } from "../../library/calculus/form.ts";
import type { Level, Typed } from "../../types/typing.ts";
import { type Knowledge, latest } from "../context.ts";

/** The stage of the constants in a map: data that only shifts a quadratic drops out of lip(grad f). */
export function lipschitzLevel(knowledge: Knowledge, map: Expression<Typed>): Level {
  if (map.kind !== "gradient") return map.note.level;
  const form = formOfFunction(map.of, knowledge.definitions);
  if (form === null) return map.note.level;
  const terms = form.terms.map((term) => termLevel(knowledge, term));
  return latest(...terms, ...form.bound.map(({ value }) => value.note.level));
}

function termLevel(knowledge: Knowledge, term: FormTerm): Level {
  const factors = term.factors.map(factorLevel);
  switch (term.atom.kind) {
    case "library":
      return latest(
        ...factors,
        ...term.atom.arguments.map((argument) => argument.note.level),
        ...term.links.map((link) => linkLevel(knowledge, link)),
      );
    case "linear":
    case "constant":
      return 0;
    case "opaque":
      return latest(
        ...factors,
        term.atom.symbol.typing.level,
        ...term.links.map((link) => linkLevel(knowledge, link)),
      );
    case "indicator":
    case "conjugate":
    case "general":
      return term.source.note.level;
  }
}

function factorLevel(factor: Factor): Level {
  return factor.kind === "number" ? 0 : factor.value.note.level;
}

function linkLevel(knowledge: Knowledge, link: Link): Level {
  switch (link.kind) {
    case "shift":
      return 0;
    case "scale":
      return factorLevel(link.by);
    case "diagonal":
      return link.by.note.level;
    case "operator":
      return normLevel(knowledge, link.operator);
  }
}

/** The stage of norm(A): a declared or a known bound is a constant. */
export function normLevel(knowledge: Knowledge, operator: Expression<Typed>): Level {
  if (operator.note.facts.some(({ property, bound }) => property === "norm" && bound !== null)) return 0;
  switch (operator.kind) {
    case "name": {
      if (operator.reference.kind !== "symbol") return operator.note.level;
      const definition = knowledge.definitions.get(operator.reference.symbol);
      return definition?.kind === "let" ? normLevel(knowledge, definition.initial) : operator.note.level;
    }
    case "adjoint":
    case "negate":
      return normLevel(knowledge, operator.operand);
    case "sum":
      return latest(normLevel(knowledge, operator.left), normLevel(knowledge, operator.right));
    case "product": {
      if (operator.product === "compose") {
        return latest(normLevel(knowledge, operator.left), normLevel(knowledge, operator.right));
      }
      if (operator.product !== "scaleOperator") return operator.note.level;
      const [number, of] =
        operator.operator === "/" ? [operator.right, operator.left] : [operator.left, operator.right];
      return latest(number.note.level, normLevel(knowledge, of));
    }
    default:
      return operator.note.level;
  }
}
