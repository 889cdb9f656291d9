import type { Engine } from "../engine.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** The place of the first largest entry of a tile, which begins at `first`; rows of images are `row` entries apart. */
const WINNER = `
fn winner(first: u32, q: u32, c: u32, row: u32) -> u32 {
  var best = first;
  for (var k = 0u; k < q; k++) {
    for (var l = 0u; l < q; l++) {
      let at = first + k * row + l * c;
      if (a0[at] > a0[best]) { best = at; }
    }
  }
  return best;
}`;

const FORWARD: Kernel = {
  form: "entries",
  reads: ["f32"],
  writes: 1,
  numbers: ["q", "w", "c"],
  declarations: WINNER,
  body: `
  let channel = i % c;
  let column = i / c % (w / q);
  let line = i / (c * (w / q));
  r0[i] = a0[winner((line * q * w + column * q) * c + channel, q, c, w * c)];`,
};

/** An invocation for each entry of the images, which looks whether it is the one of its tile. */
const GRADIENT: Kernel = {
  form: "entries",
  reads: ["f32", "f32"],
  writes: 1,
  numbers: ["q", "w", "c"],
  declarations: WINNER,
  body: `
  let channel = i % c;
  let column = i / c % w / q;
  let line = i / (c * w) / q;
  let best = winner((line * q * w + column * q) * c + channel, q, c, w * c);
  if (best == i) { r0[i] = a1[(line * (w / q) + column) * c + channel]; } else { r0[i] = 0.0; }`,
};

/** Pooling by the largest entry; tiles never reach over the end of an image, since q divides it. */
export function poolingOf(store: Store): Pick<Engine, "maxPool" | "maxPoolGradient"> {
  return {
    maxPool(images, q) {
      const [batch = 0, h = 0, w = 0, c = 0] = images.shape;
      if (h % q !== 0 || w % q !== 0)
        throw refuse("maxPool", [images.shape], `${q} does not divide the image`);
      const work = { operation: "maxPool", kernel: FORWARD, inputs: [images], words: [q, w, c] };
      return store.compute(work, [batch, h / q, w / q, c]);
    },
    maxPoolGradient(images, cotangent, q) {
      const [, , w = 0, c = 0] = images.shape;
      const inputs = [images, cotangent];
      const work = { operation: "maxPoolGradient", kernel: GRADIENT, inputs, words: [q, w, c] };
      return store.compute(work, images.shape);
    },
  };
}
