import type { DifferencesOptions } from "./differences.ts";
import { type Engine, EngineError, type Handle } from "./engine.ts";
import { sizeOf } from "./shape.ts";

/** What `symmetrised` of an engine is told; see there. */
export interface SymmetrisedOptions {
  /** as of `differences` */
  readonly boundary: DifferencesOptions["boundary"];
  readonly adjoint: boolean;
}

/** Entries of a symmetric 2 x 2 matrix, by which there is one entry of each pair off the diagonal. */
const ENTRIES = 3;

/** The shape of the result; null for arrays that are no such fields, or no such matrices. */
export function symmetrisedShape(
  { shape }: Pick<Handle, "shape">,
  { adjoint }: SymmetrisedOptions,
): readonly number[] | null {
  const [from, to] = adjoint ? [ENTRIES, 2] : [2, ENTRIES];
  return shape.length === 5 && shape[3] === from ? shape.with(3, to) : null;
}

/** Rows of the symmetric part of a 2 x 2 matrix, row by row: the diagonal, then sqrt(2) times what is above it. */
const SYMMETRIC_PART = [
  [1, 0, 0, 0],
  [0, 0, 0, 1],
  [0, Math.SQRT1_2, Math.SQRT1_2, 0],
];

type Parts = Pick<Engine, "name" | "scope" | "upload" | "fill" | "reshape" | "matmul" | "differences">;

/** `symmetrised` by the differences of both components, and a product of all pixels with a small matrix. */
export function composedSymmetrised(engine: Parts): Pick<Engine, "symmetrised"> {
  return {
    symmetrised: (array, options) => {
      const shape = symmetrisedShape(array, options);
      if (shape === null) throw new EngineError(engine.name, "symmetrised", [array.shape], "no plane fields");
      if (sizeOf(shape) === 0) return engine.fill(0, shape);
      const { boundary, adjoint } = options;
      const [samples = 1, rows = 1, columns = 1, , pair = 1] = shape;
      const along: DifferencesOptions = { axes: [1, 2], at: 4, boundary, adjoint };
      const times = (entries: Handle): Handle => {
        const matrix = engine.upload(symmetricPart(pair), [ENTRIES * pair, 4 * pair]);
        const pixels = engine.reshape(entries, [samples * rows * columns, (adjoint ? ENTRIES : 4) * pair]);
        return engine.matmul(pixels, matrix, { transposeRight: !adjoint });
      };
      return engine.scope(
        () => {
          if (!adjoint) return engine.reshape(times(engine.differences(array, along)), shape);
          const parts = engine.reshape(times(array), [samples, rows, columns, 2, 2, pair]);
          return engine.differences(parts, along);
        },
        (result) => [result],
      );
    },
  };
}

/** The symmetric part, each entry of which is a number or a pair: [3 p, 4 p], row by row. */
function symmetricPart(pair: number): Float64Array {
  const parts = Array.from({ length: pair }, (_, part) => part);
  return Float64Array.from(
    SYMMETRIC_PART.flatMap((row) =>
      parts.flatMap((part) => row.flatMap((value) => parts.map((other) => (part === other ? value : 0)))),
    ),
  );
}
