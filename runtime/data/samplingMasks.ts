import { realArray } from "../io/hostArray.ts";
import type { RandomStream } from "../random/stream.ts";
import type { SampleGenerator } from "./sample.ts";

/** Where frequency 0 stands: at the first entry, as `fourier` has it, or at floor(n/2) of both axes, as the centred one. */
export const ORIGINS = ["corner", "middle"] as const;
export type Origin = (typeof ORIGINS)[number];

/** How the lines beside the middle ones of a Cartesian mask are chosen. */
export const CARTESIAN_LINES = ["random", "equispaced"] as const;

interface CartesianSettings {
  /** one line in so many is taken, the middle ones included */
  readonly acceleration: number;
  /** the share of the lines around frequency 0 that are all taken */
  readonly centre: number;
  readonly lines: (typeof CARTESIAN_LINES)[number];
  readonly origin: Origin;
}

/**
 * Masks of Cartesian sampling R[h, w], 0 or 1, columns being taken whole: round(centre w) around frequency 0, and of the
 * others each with one probability, or at equal distances from a random first one, so that w / acceleration are taken
 * on average.
 * Source: Zbontar et al., fastMRI, 2018: `RandomMaskFunc`, `EquispacedMaskFractionFunc`.
 */
export function cartesianMask(h: number, w: number, settings: CartesianSettings): SampleGenerator {
  const { acceleration, centre, origin } = settings;
  const low = Math.round(w * centre);
  const first = Math.floor((w - low + 1) / 2);
  const others = Math.max(0, w / acceleration - low);
  return (random) => {
    const columns = LINES[settings.lines](random, w, low, others);
    columns.fill(1, first, first + low);
    return placed([h, w], origin, (_, column) => columns[column] ?? 0);
  };
}

type Lines = (random: RandomStream, w: number, low: number, others: number) => Float64Array;

const LINES: { readonly [L in CartesianSettings["lines"]]: Lines } = {
  random: (random, w, low, others) =>
    Float64Array.from({ length: w }, () => (random.uniform() < others / Math.max(1, w - low) ? 1 : 0)),
  equispaced: (random, w, low, others) => {
    const columns = new Float64Array(w);
    if (others === 0) return columns;
    const apart = (w - low) / others;
    for (let place = random.uniform() * apart; place < w; place += apart) columns[Math.floor(place)] = 1;
    return columns;
  },
};

/**
 * Masks of radial sampling R[h, w], 0 or 1: the pixels nearest to so many spokes through frequency 0, at equal angles
 * from a random first one, from border to border.
 * Source: Lauterbur, Nature 242, 1973; Candes, Romberg, Tao, IEEE Trans. Inf. Theory 52, 2006, for the mask on a grid.
 */
export function radialMask(h: number, w: number, spokes: number, origin: Origin): SampleGenerator {
  return (random) => {
    const turn = (random.uniform() * Math.PI) / spokes;
    const pattern = new Float64Array(h * w);
    const [middleRow, middleColumn] = [Math.floor(h / 2), Math.floor(w / 2)];
    const reach = Math.hypot(h, w) / 2 + 1;
    for (let spoke = 0; spoke < spokes; spoke++) {
      const angle = turn + (Math.PI * spoke) / spokes;
      for (let r = -reach; r <= reach; r += 0.25) {
        const row = middleRow + Math.round(r * Math.sin(angle));
        const column = middleColumn + Math.round(r * Math.cos(angle));
        if (row >= 0 && row < h && column >= 0 && column < w) pattern[row * w + column] = 1;
      }
    }
    return placed([h, w], origin, (row, column) => pattern[row * w + column] ?? 0);
  };
}

interface DensitySettings {
  /** the share of the frequencies that are taken: exactly round(rate h w) of them */
  readonly rate: number;
  /** the density falls like (1 - r)^power, r the distance from frequency 0 over that of the corners */
  readonly power: number;
  /** all frequencies up to this distance are taken first */
  readonly centre: number;
  readonly origin: Origin;
}

/**
 * Masks of random sampling with a density that falls with the frequency, R[h, w], 0 or 1, drawn without replacement.
 * Source: Lustig, Donoho, Pauly, Magn. Reson. Med. 58, 2007, for the density; Efraimidis and Spirakis, Inf. Process.
 * Lett. 97, 2006, for the draw.
 */
export function variableDensityMask(h: number, w: number, settings: DensitySettings): SampleGenerator {
  const { rate, power, centre, origin } = settings;
  const count = Math.round(rate * h * w);
  return (random) => {
    const keys = Float64Array.from({ length: h * w }, (_, i) => {
      const r = distance(Math.floor(i / w), i % w, h, w);
      const key = -Math.log(1 - random.uniform()) / Math.max(1e-6, 1 - r) ** power;
      return r <= centre ? -1 / (1 + r) : key;
    });
    const chosen = new Float64Array(h * w);
    const order = Uint32Array.from(keys, (_, i) => i).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
    for (const i of order.subarray(0, count)) chosen[i] = 1;
    return placed([h, w], origin, (row, column) => chosen[row * w + column] ?? 0);
  };
}

/** The distance from frequency 0 in the middle, 1 at the corners. */
function distance(row: number, column: number, h: number, w: number): number {
  return Math.hypot((2 * (row - Math.floor(h / 2))) / h, (2 * (column - Math.floor(w / 2))) / w) / Math.SQRT2;
}

/** A mask that is given with frequency 0 in the middle. */
function placed(
  [h, w]: readonly [number, number],
  origin: Origin,
  entry: (row: number, column: number) => number,
): ReturnType<typeof realArray> {
  const [down, right] = origin === "middle" ? [0, 0] : [Math.floor(h / 2), Math.floor(w / 2)];
  const data = Float32Array.from({ length: h * w }, (_, i) =>
    entry((Math.floor(i / w) + down) % h, ((i % w) + right) % w),
  );
  return realArray([h, w], data);
}
