import type { RandomStream } from "../random/stream.ts";
import { type Ellipse, renderEllipses } from "./ellipse.ts";
import type { SampleGenerator } from "./sample.ts";

/** The distributions of random ellipses by the methods that were trained on them. */
export const ELLIPSE_DISTRIBUTIONS = ["learned_gradient", "learned_primal_dual"] as const;
/** A distribution of random ellipses. */
export type EllipseDistribution = (typeof ELLIPSE_DISTRIBUTIONS)[number];

interface Distribution {
  /** the mean of the Poisson number of ellipses */
  readonly count: number;
  /** a value is (U - shift) Exp(mean) */
  readonly shift: number;
  readonly mean: number;
  /** centres are uniform on [-reach, reach]^2 */
  readonly reach: number;
}

const DISTRIBUTIONS: { readonly [D in EllipseDistribution]: Distribution } = {
  learned_gradient: { count: 100, shift: 0.3, mean: 0.3, reach: 0.5 },
  learned_primal_dual: { count: 50, shift: 0.5, mean: 0.4, reach: 1 },
};

/**
 * Random ellipses [size, size]: their number is Poisson; semi-axes Exp(mean 0.2), any turn; values and centres as the
 * distribution says. Values are neither clipped nor scaled. A pixel has the value at its centre unless oversampled.
 * Source: learned_gradient as in Adler and Öktem, "Solving ill-posed inverse problems using iterative deep neural
 * networks", Inverse Problems 33, 2017, and its code (learned_gradient_tomography, code/util.py);
 * learned_primal_dual as in the code (adler, adler/odl/phantom.py) of Adler and Öktem, "Learned Primal-Dual
 * Reconstruction", IEEE Trans. Medical Imaging 37, 2018.
 */
export function randomEllipses(
  size: number,
  distribution: EllipseDistribution = "learned_gradient",
  oversampling = 1,
): SampleGenerator {
  const rule = DISTRIBUTIONS[distribution];
  return (random) => {
    const count = random.poisson(rule.count);
    const ellipses = Array.from({ length: count }, () => randomEllipse(random, rule));
    return renderEllipses(size, ellipses, oversampling);
  };
}

function randomEllipse(random: RandomStream, { shift, mean, reach }: Distribution): Ellipse {
  return {
    value: (random.uniform() - shift) * random.exponential() * mean,
    semiAxes: [random.exponential() * 0.2, random.exponential() * 0.2],
    centre: [2 * reach * random.uniform() - reach, 2 * reach * random.uniform() - reach],
    turns: random.uniform(),
  };
}
