import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import { spaceOf, type ArrayValue } from "../../arrays/value.ts";
import { OperatorError } from "../operatorError.ts";
import { blurFacts, type BlurFacts } from "./blurFacts.ts";
import { directBlur } from "./blurDirect.ts";
import { fourierBlur, transferOf } from "./blurFourier.ts";
import { reachOf, type BlurMethod } from "./blurMethod.ts";
import { smallerBound } from "../bounds.ts";
import { requireOneArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { EXTENSIONS, type Extension } from "./extension.ts";
import { gramOperator } from "../algebra/gramOperator.ts";
import { measuredNorm, nonnegativeBound } from "../norm.ts";
import type { NormBound, Operator } from "../operator.ts";
import { readSettings, word } from "../settings.ts";
import { requireArrays, spaceText, type ArraySpace } from "../spaces.ts";
import type { SpectralForm } from "../algebra/spectral.ts";

/** Kernels of at most so many entries are applied directly, larger ones by Fourier transform. */
const DIRECT_ENTRIES = 225;

/**
 * `blur(k; boundary = periodic)`: F[i, r] -> F[i, r], convolution with the real kernel k over its axes, centred at
 * floor(size / 2): (A x)_i = sum_j k_j x_(i + c - j). Beyond the border the image is periodic, mirrored with the
 * border point repeated (`neumann`) or not (`reflect`), or 0 (`zero`). The adjoint correlates. Small shared kernels are applied directly,
 * large ones and kernels of one's own for each sample by Fourier transform. Norm: the largest modulus of the kernel's
 * transform for periodic images (exact), zero boundaries, and kernels that are even on each axis; otherwise the better
 * of closed forms and a probabilistic bound.
 * Source: Hansen, Nagy, O'Leary, Deblurring Images, SIAM 2006, chapters 3 and 4.
 * @throws OperatorError IPX8202, IPX8203, IPX8204
 */
export function blur(call: LibraryCall): Operator {
  const kernel = requireOneArray("blur", call);
  const { boundary } = readSettings("blur", call.settings, { boundary: word(EXTENSIONS, "periodic") });
  const { operations } = call;
  const space = requireKernelFits(call, kernel, boundary);
  const method = chosenMethod(operations, kernel, space, boundary);
  let known: BlurFacts | null = null;
  const facts = (): BlurFacts => (known ??= blurFacts(operations.engine, kernel, space, boundary));
  const operator: Operator = defineOperator({
    text: `blur(k, boundary = ${boundary})`,
    domain: space,
    codomain: space,
    handles: method.handles,
    norm: () => (facts().exactRule ? facts().bound : boundByProducts(operations, operator, facts())),
    norms: () => (kernel.batch !== null && facts().exactRule ? facts().bounds : null),
    properties: () => facts().properties,
    gram: () => {
      const { gram, handles } = method;
      return gram && gramOperator(operator, handles, (using, x) => gram(using, asArray("blur", x)));
    },
    spectral: (using) => (boundary === "periodic" ? spectrumOf(using, kernel, space) : null),
    apply: (using, x) => method.apply(using, asArray("blur", x)),
    adjoint: (using, y) => method.adjoint(using, asArray("blur", y)),
  });
  return operator;
}

/** |k|² in the frequencies of the image: a periodic blur is diagonal there. */
function spectrumOf(operations: Operations, kernel: ArrayValue, { shape }: ArraySpace): SpectralForm {
  const axes = kernel.shape.map((_, axis) => axis);
  const sizes = axes.map((axis) => shape[axis] ?? 1);
  const transfer = transferOf(operations, kernel, sizes, shape.length);
  const values = asArray("blur", operations.map("abs(k)*abs(k)", { k: transfer }));
  return { basis: { kind: "fourier", axes }, values, own: true };
}

/** The bound of a blur without a closed form that is good: the best of the rules and of what its products show. */
function boundByProducts(operations: Operations, operator: Operator, facts: BlurFacts): NormBound {
  const nonnegative = facts.properties.includes("nonnegative");
  const rule = nonnegative ? smallerBound(facts.bound, nonnegativeBound(operations, operator)) : facts.bound;
  return measuredNorm(operations, operator, rule);
}

function requireKernelFits(call: LibraryCall, kernel: ArrayValue, boundary: Extension): ArraySpace {
  const axes = kernel.shape.length;
  const space = requireArrays("blur", call.domain, axes);
  if (kernel.field === "complex" || axes === 0 || kernel.shape.includes(0)) {
    throw new OperatorError("IPX8204", {
      what: `The kernel of \`blur\` is of ${spaceText(spaceOf(kernel))}.`,
      why: "It must be real, with as many axes as are blurred.",
    });
  }
  const repeated = boundary === "reflect" ? 1 : 0;
  const tooWide = reachOf(kernel.shape).some(
    ({ before, after }, axis) => Math.max(before, after) > (space.shape[axis] ?? 0) - repeated,
  );
  if ((boundary === "neumann" || boundary === "reflect") && tooWide) {
    throw unsuitableDomain(
      "blur",
      space,
      `The kernel [${kernel.shape.join(", ")}] reaches beyond the mirrored image.`,
      "Take `boundary = periodic` or `zero`, or crop the kernel.",
    );
  }
  return space;
}

function chosenMethod(
  operations: Operations,
  kernel: ArrayValue,
  space: ArraySpace,
  boundary: Extension,
): BlurMethod {
  const entries = kernel.shape.reduce((product, extent) => product * extent, 1);
  const within =
    boundary === "zero" ||
    reachOf(kernel.shape).every(
      ({ before, after }, axis) => Math.max(before, after) <= (space.shape[axis] ?? 0),
    );
  const direct = kernel.batch === null && kernel.shape.length <= 2 && entries <= DIRECT_ENTRIES && within;
  return direct
    ? directBlur(operations.engine, kernel, space, boundary)
    : fourierBlur(operations, kernel, space, boundary);
}
