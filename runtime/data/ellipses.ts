import type { RandomStream } from "../random/stream.ts";
import { type Ellipse, renderEllipses } from "./ellipse.ts";
import type { SampleGenerator } from "./sample.ts";

/** The mean number of ellipses in a picture. */
const MEAN_COUNT = 100;

/**
 * Random ellipses [size, size]: their number is Poisson with mean 100; value (U - 0.3) Exp(mean 0.3), semi-axes
 * Exp(mean 0.2), centre uniform on [-1/2, 1/2]^2, any turn. Values are neither clipped nor scaled.
 * Source: Adler and Oektem, "Solving ill-posed inverse problems using iterative deep neural networks", 2017,
 * and their code (learned_gradient_tomography).
 */
export function randomEllipses(size: number): SampleGenerator {
  return (random) => {
    const count = random.poisson(MEAN_COUNT);
    return renderEllipses(
      size,
      Array.from({ length: count }, () => randomEllipse(random)),
    );
  };
}

function randomEllipse(random: RandomStream): Ellipse {
  return {
    value: (random.uniform() - 0.3) * random.exponential() * 0.3,
    semiAxes: [random.exponential() * 0.2, random.exponential() * 0.2],
    centre: [random.uniform() - 0.5, random.uniform() - 0.5],
    turns: random.uniform(),
  };
}
