import { type HostArray, hostArray } from "../io/hostArray.ts";

/** A birdcage coil: how many elements stand around the image, and how far, half the image's side being 1. */
interface Birdcage {
  readonly coils: number;
  readonly radius: number;
}

/**
 * Sensitivity maps C[h, w, coils] of a birdcage coil: the element k of n stands at the angle 2 pi k/n and the distance
 * `radius` from the middle; its field falls like 1/distance, and its phase is the direction to it. At every pixel the
 * squared moduli sum to 1, as where the body coil's image is divided out.
 * Source: Roemer, Edelstein, Hayes, Souza, Mueller, Magn. Reson. Med. 16, 1990, for the coil; Ong and Lustig, SigPy,
 * 2019, `birdcage_maps`, for the formula.
 */
export function birdcageMaps(h: number, w: number, { coils, radius }: Birdcage): HostArray {
  const data = new Float64Array(h * w * coils * 2);
  for (let pixel = 0; pixel < h * w; pixel++) {
    const [y, x] = [Math.floor(pixel / w) / (h / 2) - 1, (pixel % w) / (w / 2) - 1];
    let energy = 0;
    for (let coil = 0; coil < coils; coil++) {
      const angle = (2 * Math.PI * coil) / coils;
      const [dx, dy] = [x - radius * Math.cos(angle), y - radius * Math.sin(angle)];
      const strength = 1 / Math.hypot(dx, dy);
      const phase = Math.atan2(dx, -dy) - angle;
      const at = 2 * (pixel * coils + coil);
      data[at] = strength * Math.cos(phase);
      data[at + 1] = strength * Math.sin(phase);
      energy += strength ** 2;
    }
    const scale = 1 / Math.sqrt(energy);
    for (let at = 2 * pixel * coils; at < 2 * (pixel + 1) * coils; at++) data[at] = (data[at] ?? 0) * scale;
  }
  return hostArray("complex", [h, w, coils], data);
}
