import type { Engine } from "../engine.ts";
import { singularRefusal } from "../singular.ts";
import { refuse } from "./device.ts";
import { type Kernel, LANES } from "./kernel.ts";
import type { Store } from "./store.ts";

/** Rounds of rotations, at most; columns count as orthogonal when the cosine of their angle is below the other. */
const MOST_SWEEPS = 40;
const NEARLY = 1e-6;

/**
 * A group for each matrix: one-sided Jacobi rotations as in kernels/source/singular.c. A lane has rows of its own, of
 * the columns in r1 (a column behind the other) and of the vectors in r0; the lanes share inner products only.
 */
const JACOBI: Kernel = {
  form: "groups",
  reads: ["f32"],
  writes: 2,
  numbers: ["m", "n"],
  declarations: `
var<workgroup> turning: u32;
fn product(lane: u32, first: u32, second: u32, m: u32) -> f32 {
  var sum = 0.0;
  for (var row = lane; row < m; row += ${LANES.groups}u) { sum += r1[first + row] * r1[second + row]; }
  return total(lane, sum);
}`,
  body: `
  let matrix = group * m * n;
  let vectors = group * n * n;
  for (var column = 0u; column < n; column++) {
    for (var row = lane; row < m; row += ${LANES.groups}u) { r1[matrix + column * m + row] = a0[matrix + row * n + column]; }
    for (var row = lane; row < n; row += ${LANES.groups}u) { r0[vectors + column * n + row] = select(0.0, 1.0, row == column); }
  }
  for (var sweep = 0u; sweep < ${MOST_SWEEPS}u; sweep++) {
    if (lane == 0u) { turning = 0u; }
    for (var one = 0u; one + 1u < n; one++) {
      for (var other = one + 1u; other < n; other++) {
        let first = matrix + one * m;
        let second = matrix + other * m;
        let a = product(lane, first, first, m);
        let b = product(lane, second, second, m);
        let g = product(lane, first, second, m);
        if (abs(g) > ${NEARLY} * sqrt(a) * sqrt(b)) {
          if (lane == 0u) { turning = 1u; }
          let zeta = 0.5 * (b - a) / g;
          let size = 1.0 / (abs(zeta) + sqrt(1.0 + zeta * zeta));
          let tangent = select(size, -size, zeta < 0.0);
          let c = 1.0 / sqrt(1.0 + tangent * tangent);
          let s = c * tangent;
          for (var row = lane; row < m; row += ${LANES.groups}u) {
            let x = r1[first + row];
            let y = r1[second + row];
            r1[first + row] = c * x - s * y;
            r1[second + row] = s * x + c * y;
          }
          for (var row = lane; row < n; row += ${LANES.groups}u) {
            let x = r0[vectors + one * n + row];
            let y = r0[vectors + other * n + row];
            r0[vectors + one * n + row] = c * x - s * y;
            r0[vectors + other * n + row] = s * x + c * y;
          }
        }
      }
    }
    if (workgroupUniformLoad(&turning) == 0u) { break; }
  }`,
};

/** Singular vectors by one-sided Jacobi rotations, a group a matrix. */
export function singularOf(store: Store): Pick<Engine, "rightSingular"> {
  return {
    rightSingular(matrices) {
      const reason = singularRefusal(matrices);
      if (reason !== null) throw refuse("rightSingular", [matrices.shape], reason);
      const [count = 0, m = 0, n = 0] = matrices.shape;
      const result = store.make("rightSingular", [count, n, n]);
      const turned = store.make("rightSingular", matrices.shape);
      const work = { operation: "rightSingular", kernel: JACOBI, inputs: [matrices], words: [m, n] };
      store.write(work, [result, turned], count);
      store.dispose([turned]);
      return result;
    },
  };
}
