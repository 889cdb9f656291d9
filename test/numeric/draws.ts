const MODULUS = 2147483647;

/** The random numbers of test/fixtures/draws.py: Lehmer's generator, and normals by Box and Muller. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** In (0, 1). */
  uniform(): number {
    this.#state = Number((BigInt(this.#state) * 48271n) % BigInt(MODULUS));
    return this.#state / MODULUS;
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  normals(count: number): Float64Array {
    return Float64Array.from({ length: count }, () => this.normal());
  }

  /** Bernoulli(rate) times N(0, 1); the normal is drawn only where it is used. */
  sparse(count: number, rate: number): Float64Array {
    return Float64Array.from({ length: count }, () => (this.uniform() < rate ? this.normal() : 0));
  }
}
