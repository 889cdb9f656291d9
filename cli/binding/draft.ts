import type { Span } from "../../compiler/source/span.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Space } from "../../runtime/arrays/value.ts";
import { adjoint, compose, scale, sum } from "../../runtime/operators/algebra/algebra.ts";
import type { RampWindow } from "../../runtime/operators/library.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { sameShape } from "../../runtime/engine/shape.ts";
import { Failure } from "../failure.ts";
import { locatedNow } from "../report.ts";
import { fault } from "./faults.ts";
import type { Spaces } from "./spaceRules.ts";

/**
 * An operator that awaits its spaces: library operators take theirs from what they are applied to. `infer` says what
 * follows from what is known; with `guess` also what an array inside suggests (a mask of [h, w] acts on [h, w]).
 */
export interface OperatorDraft {
  readonly span: Span;
  readonly text: string;
  /** whether it holds a map of its own for each sample */
  readonly perSample: boolean;
  /** whether it is made of several operators, so that its norm is worth measuring */
  readonly composite: boolean;
  readonly infer: (known: Spaces, guess: boolean) => Spaces;
  /** @throws Failure IPX8404 where a space stays open, or with what the runtime finds wrong */
  readonly realise: (operations: Operations, known: Spaces) => Operator;
}

const NOTHING: Spaces = { domain: null, codomain: null };

/** An operator that is bound already. */
export function fixedDraft(span: Span, operator: Operator, perSample = false): OperatorDraft {
  const spaces = { domain: operator.domain, codomain: operator.codomain };
  return {
    span,
    text: operator.text,
    perSample,
    composite: false,
    infer: () => spaces,
    realise: () => operator,
  };
}

/** A', of whatever A becomes. */
export function adjointDraft(span: Span, of: OperatorDraft): OperatorDraft {
  return {
    span,
    text: `${of.text}'`,
    perSample: of.perSample,
    composite: of.composite,
    infer: (known, guess) => turned(of.infer(turned(known), guess)),
    realise: (operations, known) => {
      const operator = of.realise(operations, turned(known));
      return locatedNow(span, () => adjoint(operator));
    },
  };
}

/** The filtered back-projection of the A of `radon`. */
export function filteredBackprojectionDraft(
  span: Span,
  of: OperatorDraft,
  filter: RampWindow,
): OperatorDraft {
  return {
    span,
    text: `filtered_backprojection(${of.text}, filter = ${filter})`,
    perSample: of.perSample,
    composite: false,
    infer: (known, guess) => turned(of.infer(turned(known), guess)),
    realise: (operations, known) => {
      const operator = of.realise(operations, turned(known));
      return locatedNow(span, () => operations.filteredBackprojection(operator, filter));
    },
  };
}

function turned({ domain, codomain }: Spaces): Spaces {
  return { domain: codomain, codomain: domain };
}

/** c A. */
export function scaledDraft(span: Span, factor: number, of: OperatorDraft): OperatorDraft {
  if (!Number.isFinite(factor))
    throw fault(span, `\`${of.text}\` is multiplied with ${factor}, which is no finite number`);
  return {
    span,
    text: `${factor}*${of.text}`,
    perSample: of.perSample,
    composite: of.composite,
    infer: (known, guess) => of.infer(known, guess),
    realise: (operations, known) => {
      const operator = of.realise(operations, known);
      return locatedNow(span, () => scale(factor, operator));
    },
  };
}

/** A + B, or A - B. */
export function sumDraft(span: Span, left: OperatorDraft, sign: 1 | -1, right: OperatorDraft): OperatorDraft {
  const infer = (known: Spaces, guess: boolean): Spaces => {
    const once = right.infer(merged(known, left.infer(known, guess)), guess);
    return merged(left.infer(merged(known, once), guess), once);
  };
  return {
    span,
    text: `(${left.text} ${sign === 1 ? "+" : "-"} ${right.text})`,
    perSample: left.perSample || right.perSample,
    composite: true,
    infer,
    realise: (operations, known) => {
      const spaces = infer(known, true);
      const [a, b] = [left.realise(operations, spaces), right.realise(operations, spaces)];
      return locatedNow(span, () => sum(a, sign === 1 ? b : scale(-1, b)));
    },
  };
}

/** A B. */
export function composedDraft(span: Span, left: OperatorDraft, right: OperatorDraft): OperatorDraft {
  const parts = (known: Spaces, guess: boolean): { readonly left: Spaces; readonly right: Spaces } => {
    let before = right.infer({ domain: known.domain, codomain: null }, guess);
    let after = left.infer({ domain: before.codomain, codomain: known.codomain }, guess);
    before = right.infer({ domain: known.domain, codomain: after.domain }, guess);
    after = left.infer({ domain: wider(before.codomain, after.domain), codomain: known.codomain }, guess);
    return { left: after, right: before };
  };
  return {
    span,
    text: `${left.text}*${right.text}`,
    perSample: left.perSample || right.perSample,
    composite: true,
    infer: (known, guess) => {
      const found = parts(known, guess);
      return { domain: found.right.domain, codomain: found.left.codomain };
    },
    realise: (operations, known) => {
      const spaces = parts(known, true);
      const first = right.realise(operations, spaces.right);
      const then = left.realise(operations, {
        ...spaces.left,
        domain: wider(first.codomain, spaces.left.domain),
      });
      return locatedNow(span, () => compose(then, first));
    },
  };
}

/** What two statements about the same spaces say together: the first one's word counts, complex over real. */
export function merged(first: Spaces, second: Spaces): Spaces {
  return { domain: wider(first.domain, second.domain), codomain: wider(first.codomain, second.codomain) };
}

/** The complex one of two spaces of one shape; else the first that is known. */
function wider(first: Space | null, second: Space | null): Space | null {
  if (first === null || second === null) return first ?? second;
  if (first.kind === "product" || second.kind === "product") return first;
  return second.field === "complex" && sameShape(first.shape, second.shape) ? second : first;
}

/** The error for an operator whose arrays are of no known size, bound to `name` in a program with sizes or without. */
export function openSpace(span: Span, operator: string, name: string | null = null, sized = true): Failure {
  return new Failure([diagnose("IPX8404", span, { operator, name, sized })]);
}

/** What is known of an operator by itself. */
export function spacesOfItself(draft: OperatorDraft): Spaces {
  return draft.infer(NOTHING, false);
}
