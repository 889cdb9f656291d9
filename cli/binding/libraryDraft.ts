import type { Span } from "../../compiler/source/span.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Space, Value } from "../../runtime/arrays/value.ts";
import { libraryOperator } from "../../runtime/operators/create.ts";
import type { LibraryOperatorName, LibrarySettings } from "../../runtime/operators/library.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { materialiseOperator } from "../../runtime/operators/materialise.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import { arraySpace, type ArraySpace } from "../../runtime/operators/spaces.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { uploadShared } from "../../runtime/operators/host.ts";
import { sparseOperator } from "../../runtime/operators/matrices/sparse.ts";
import type { SparseMatrix } from "../../runtime/io/sparse.ts";
import { locatedNow } from "../report.ts";
import { openSpace, type OperatorDraft } from "./draft.ts";
import { SPACE_RULES, type Spaces } from "./spaceRules.ts";

/** A use of a library operator: where it stands, its settings, the arrays between its brackets. */
export interface LibraryUse {
  readonly span: Span;
  readonly text: string;
  readonly name: LibraryOperatorName;
  readonly settings: LibrarySettings;
  readonly arrays: readonly Value[];
}

/** Operators whose codomain is told by their declaration, as the setting `shape`. */
const SHAPED: ReadonlySet<LibraryOperatorName> = new Set([
  "over_channels",
  "over_pixels",
  "over_axes",
  "reshape",
  "crop",
]);
/** Operators that act on arrays of the shape of the array between their brackets. */
const SUGGESTING: ReadonlySet<LibraryOperatorName> = new Set(["mask", "diag"]);

/** The draft of a library operator. */
export function libraryDraft(use: LibraryUse): OperatorDraft {
  const { span, text, name, settings, arrays } = use;
  const rule = SPACE_RULES[name];
  const infer = (known: Spaces, guess: boolean): Spaces => {
    const own = rule.own?.(settings, arrays);
    if (own !== undefined) return own;
    const first = known.domain ?? (guess ? suggested(use) : null);
    const from = asArrays(known.codomain);
    const domain = asArrays(first) ?? (from === null ? null : rule.domain(from, settings));
    if (domain === null) return { domain: known.domain, codomain: known.codomain };
    const onto = rule.codomain(domain, settings, arrays) ?? from;
    const back = onto === null ? null : rule.domain(onto, settings);
    return { domain: complexOf(domain, back), codomain: onto };
  };
  return {
    span,
    text,
    perSample: arrays.some(({ kind, ...rest }) => kind === "array" && "batch" in rest && rest.batch !== null),
    composite: false,
    infer,
    realise: (operations, known) => {
      const { domain, codomain } = infer(known, true);
      const shape = asArrays(codomain)?.shape;
      if (domain === null || (SHAPED.has(name) && shape === undefined)) throw openSpace(span, text);
      const all = SHAPED.has(name) && shape !== undefined ? { ...settings, shape } : settings;
      return locatedNow(span, () => libraryOperator(operations, name, all, domain, arrays, codomain));
    },
  };
}

function asArrays(space: Space | null): ArraySpace | null {
  return space?.kind === "array" ? space : null;
}

/** The domain, complex where the rule of the codomain says so. */
function complexOf(domain: ArraySpace, back: ArraySpace | null): ArraySpace {
  return back?.field === "complex" ? { ...domain, field: "complex" } : domain;
}

function suggested({ name, arrays }: LibraryUse): Space | null {
  const [array] = arrays;
  if (!SUGGESTING.has(name) || array?.kind !== "array") return null;
  return arraySpace(array.field, array.shape);
}

/** `sparse("A.npz")`: between R[n] and R[m], or spaces of as many entries where these are known. */
export function sparseDraft(span: Span, text: string, matrix: SparseMatrix): OperatorDraft {
  const fitting = (space: Space | null, entries: number): Space =>
    space?.kind === "array" && sizeOf(space.shape) === entries && space.field === "real"
      ? space
      : arraySpace("real", [entries]);
  const infer = ({ domain, codomain }: Spaces): { readonly domain: Space; readonly codomain: Space } => ({
    domain: fitting(domain, matrix.columns),
    codomain: fitting(codomain, matrix.rows),
  });
  return {
    span,
    text,
    perSample: false,
    composite: false,
    infer,
    realise: (operations, known) =>
      locatedNow(span, () => sparseOperator(operations, matrix, { text, ...infer(known) })),
  };
}

/** `matrix("A.npy")`: between R[n] and R[m], or spaces of as many entries where these are known. */
export function matrixDraft(span: Span, text: string, array: HostArray): OperatorDraft {
  const [rows = 0, columns = 0] = array.shape;
  const fitting = (space: Space | null, entries: number): Space =>
    space?.kind === "array" && sizeOf(space.shape) === entries && space.field === array.field
      ? space
      : arraySpace(array.field, [entries]);
  const infer = (known: Spaces): Spaces => ({
    domain: fitting(known.domain, columns),
    codomain: fitting(known.codomain, rows),
  });
  return {
    span,
    text,
    perSample: false,
    composite: false,
    infer,
    realise: (operations, known) => {
      const { domain, codomain } = infer(known);
      const spaces =
        array.shape.length === 2 && domain !== null && codomain !== null ? { domain, codomain } : {};
      return locatedNow(span, () => matrixOperator(operations, array, { text, ...spaces }));
    },
  };
}

/** `min_coherence(A)`, as A. */
export function minCoherenceDraft(span: Span, of: OperatorDraft): OperatorDraft {
  const text = `min_coherence(${of.text})`;
  return {
    span,
    text,
    perSample: of.perSample,
    composite: false,
    infer: (known, guess) => of.infer(known, guess),
    realise: (operations: Operations, known) => {
      const operator = of.realise(operations, known);
      return locatedNow(span, () => {
        const matrix = uploadShared(operations.engine, materialiseOperator(operations, operator));
        return libraryOperator(operations, "min_coherence", {}, operator.domain, [matrix]);
      });
    },
  };
}
