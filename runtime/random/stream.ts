import { circle, naturalLog } from "./elementary.ts";
import { philox, philoxInto, type Words2 } from "./philox.ts";

/** A part of a stream's name: text, or an integer of at most 53 bits. */
export type StreamKey = string | number;

const WORD = 2 ** 32;
/** The last counter word keeps drawing apart from the derivation of keys. */
const DRAW = 0;
const NAME_NUMBER = 1;
const NAME_TEXT = 2;

/**
 * A stream of random numbers named by a seed and keys, the same on every machine: `stream(1, "noise", 7)`.
 * Streams of different names are independent; none is a shifted copy of another. The name is hashed to a Philox
 * key by Philox itself, part by part.
 * @throws RangeError where a number in the name is no safe integer.
 */
export function stream(seed: number, ...keys: readonly StreamKey[]): RandomStream {
  return new RandomStream([seed, ...keys].reduce<Words2>(absorb, [0, 0]));
}

/** Draws from one stream, in order; see `stream`. */
export class RandomStream {
  private readonly key: Words2;
  private readonly block = new Uint32Array(4);
  private position = 4;
  private counter = 0;
  private spareNormal: number | undefined;

  constructor(key: Words2) {
    this.key = key;
  }

  /** A stream named by this one and further keys. It does not depend on what was drawn here. */
  fork(...keys: readonly StreamKey[]): RandomStream {
    return new RandomStream(keys.reduce<Words2>(absorb, this.key));
  }

  /** The next 32 random bits, as an integer in [0, 2^32). */
  word(): number {
    if (this.position === 4) {
      const [low, high] = [this.counter >>> 0, Math.floor(this.counter / WORD)];
      philoxInto(this.block, [low, high, 0, DRAW], this.key);
      this.counter++;
      this.position = 0;
    }
    return this.block[this.position++] ?? 0;
  }

  /** Uniform on [0, 1): the upper 27 and 26 bits of two words, a multiple of 2^-53. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /**
   * Normal with mean 0 and variance 1, by Box and Muller: of uniforms u, v the pair
   * sqrt(-2 ln(1 - u)) (cos 2 pi v, sin 2 pi v), the cosine first, the sine at the next call.
   */
  normal(): number {
    const spare = this.spareNormal;
    if (spare !== undefined) {
      this.spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * naturalLog(1 - this.uniform()));
    const [cosine, sine] = circle(this.uniform());
    this.spareNormal = radius * sine;
    return radius * cosine;
  }

  /** Exponential with mean 1: -ln(1 - u). */
  exponential(): number {
    return -naturalLog(1 - this.uniform());
  }

  /** Poisson with the given mean: how many exponential intervals end before it. */
  poisson(mean: number): number {
    let count = 0;
    for (let time = this.exponential(); time < mean; time += this.exponential()) count++;
    return count;
  }

  /**
   * Uniform on 0, 1, ..., below - 1, without bias: words beyond the last full multiple are drawn again.
   * @throws RangeError unless `below` is an integer from 1 to 2^32.
   */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > WORD) {
      throw new RangeError(`An integer is drawn below 1 to 2^32, not below ${below}.`);
    }
    const limit = WORD - (WORD % below);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % below;
    }
  }

  /** A uniform permutation of 0, 1, ..., n - 1 (Fisher and Yates, from the last place down). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, index) => index);
    for (let last = n - 1; last > 0; last--) {
      const chosen = this.integer(last + 1);
      const value = order[last] ?? 0;
      order[last] = order[chosen] ?? 0;
      order[chosen] = value;
    }
    return order;
  }
}

function absorb(key: Words2, part: StreamKey): Words2 {
  if (typeof part === "number") return absorbNumber(key, part);
  const bytes = new TextEncoder().encode(part);
  let state = first2(philox([bytes.length, 0, 0, NAME_TEXT], key));
  for (let at = 0; at < bytes.length; at += 8) {
    state = first2(philox([packed(bytes, at), packed(bytes, at + 4), 1, NAME_TEXT], state));
  }
  return state;
}

function absorbNumber(key: Words2, part: number): Words2 {
  if (!Number.isSafeInteger(part)) throw new RangeError(`A stream is named by integers, not by ${part}.`);
  return first2(philox([part >>> 0, Math.floor(part / WORD) >>> 0, 0, NAME_NUMBER], key));
}

function first2([a, b]: readonly [number, number, number, number]): Words2 {
  return [a, b];
}

/** Four bytes, lowest first; zero past the end. */
function packed(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
