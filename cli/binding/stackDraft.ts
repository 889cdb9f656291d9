import type { Span } from "../../compiler/source/span.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Space } from "../../runtime/arrays/value.ts";
import { blockdiag, hstack, vstack } from "../../runtime/operators/algebra/algebra.ts";
import { inverse } from "../../runtime/operators/algebra/inverse.ts";
import type { LibrarySettings } from "../../runtime/operators/library.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { pseudoInverseOf } from "../../runtime/operators/algebra/pseudoInverse.ts";
import { locatedNow } from "../report.ts";
import { fault } from "./faults.ts";
import type { OperatorDraft } from "./draft.ts";
import type { Spaces } from "./spaceRules.ts";

/** `vstack(A, B, ...)`: one domain, a product as codomain; `hstack` the other way round. */
export function stackedDraft(
  span: Span,
  direction: "vstack" | "hstack",
  parts: readonly OperatorDraft[],
): OperatorDraft {
  const [first, ...rest] = parts;
  if (first === undefined) throw fault(span, `\`${direction}\` takes operators`);
  const vertical = direction === "vstack";
  const shared = ({ domain, codomain }: Spaces): Space | null => (vertical ? domain : codomain);
  const own = ({ domain, codomain }: Spaces): Space | null => (vertical ? codomain : domain);
  const spaces = (common: Space | null, part: Space | null): Spaces =>
    vertical ? { domain: common, codomain: part } : { domain: part, codomain: common };
  const inferParts = (known: Spaces, guess: boolean): readonly Spaces[] => {
    const product = own(known);
    const partOf = (index: number): Space | null =>
      product?.kind === "product" ? (product.parts[index] ?? null) : null;
    let common = shared(known);
    for (const [index, part] of parts.entries()) {
      common ??= shared(part.infer(spaces(null, partOf(index)), guess));
    }
    return parts.map((part, index) => part.infer(spaces(common, partOf(index)), guess));
  };
  return {
    span,
    text: `${direction}(${parts.map(({ text }) => text).join(", ")})`,
    perSample: parts.some(({ perSample }) => perSample),
    composite: true,
    infer: (known, guess) => {
      const inferred = inferParts(known, guess);
      const each = inferred.map(own);
      const product: Space | null = each.every((space) => space !== null)
        ? { kind: "product", parts: each }
        : null;
      return spaces(inferred.map(shared).find((space) => space !== null) ?? null, product);
    },
    realise: (operations, known) => {
      const inferred = inferParts(known, true);
      const realised = (part: OperatorDraft, index: number): Operator =>
        part.realise(operations, inferred[index] ?? known);
      const head = realised(first, 0);
      const tail = rest.map((part, index) => realised(part, index + 1));
      return locatedNow(span, () => (vertical ? vstack(head, ...tail) : hstack(head, ...tail)));
    },
  };
}

/** `blockdiag(A, B, ...)`: a product as domain and as codomain. */
export function blockDraft(span: Span, parts: readonly OperatorDraft[]): OperatorDraft {
  const inferParts = ({ domain, codomain }: Spaces, guess: boolean): readonly Spaces[] => {
    const partOf = (space: Space | null, index: number): Space | null =>
      space?.kind === "product" ? (space.parts[index] ?? null) : null;
    return parts.map((part, index) =>
      part.infer({ domain: partOf(domain, index), codomain: partOf(codomain, index) }, guess),
    );
  };
  const product = (spaces: readonly (Space | null)[]): Space | null => {
    const known = spaces.filter((space) => space !== null);
    return known.length === spaces.length ? { kind: "product", parts: known } : null;
  };
  return {
    span,
    text: `blockdiag(${parts.map(({ text }) => text).join(", ")})`,
    perSample: parts.some(({ perSample }) => perSample),
    composite: true,
    infer: (known, guess) => {
      const inferred = inferParts(known, guess);
      return {
        domain: product(inferred.map(({ domain }) => domain)),
        codomain: product(inferred.map(({ codomain }) => codomain)),
      };
    },
    realise: (operations, known) => {
      const inferred = inferParts(known, true);
      const blocks = parts.map((part, index) => part.realise(operations, inferred[index] ?? known));
      return locatedNow(span, () => blockdiag(...blocks));
    },
  };
}

/** `inv(M)` and `pinv(A; rank, tol)` of an operator. */
export const INVERTED = {
  inv: (span: Span, of: OperatorDraft) => invertedDraft(span, "inv", of, inverse),
  pinv: (span: Span, of: OperatorDraft, { rank, tol }: LibrarySettings) =>
    invertedDraft(span, "pinv", of, (operations, operator) =>
      pseudoInverseOf(operations, operator, numeric(rank), numeric(tol)),
    ),
};

function numeric(setting: LibrarySettings[string] | undefined): number | undefined {
  return typeof setting === "number" ? setting : undefined;
}

function invertedDraft(
  span: Span,
  name: "inv" | "pinv",
  of: OperatorDraft,
  invert: (operations: Operations, operator: Operator) => Operator,
): OperatorDraft {
  const turned = ({ domain, codomain }: Spaces): Spaces => ({ domain: codomain, codomain: domain });
  return {
    span,
    text: `${name}(${of.text})`,
    perSample: of.perSample,
    composite: of.composite,
    infer: (known, guess) => turned(of.infer(turned(known), guess)),
    realise: (operations, known) => {
      const operator = of.realise(operations, turned(known));
      return locatedNow(span, () => invert(operations, operator));
    },
  };
}
