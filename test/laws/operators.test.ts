import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { hostArray, realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import type { Data } from "../../runtime/program/datum.ts";
import { stream } from "../../runtime/random/stream.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";
import { byDefinition } from "./lab/interpreter.ts";
import { SAMPLES, type Problem } from "./lab/problems.ts";
import { distance, ready, stepped } from "./lab/steps.ts";

const STEPS = 2;

/** An operator of the library inside a program: its type, its text, what is declared before it, and data. */
interface Use {
  readonly name: string;
  readonly domain: string;
  readonly codomain: string;
  readonly operator: string;
  readonly before?: string;
  readonly parameters: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly givens?: Data;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

const TALL = realArray([4, 3], Float64Array.from([1, 2, 0, -1, 0.5, 0, 3, 1, 1, 0, 0, 2]));

const USES: readonly Use[] = [
  {
    name: "downsample",
    parameters: "h, w, q = 2",
    domain: "R[q*h, q*w]",
    codomain: "R[h, w]",
    operator: "downsample(q)",
    sizes: { h: 2, w: 3, q: 2 },
    inputs: { y: [2, 3] },
  },
  {
    name: "downsample, antialiased",
    parameters: "h, w",
    domain: "R[3*h, 3*w, 2]",
    codomain: "R[h, w, 2]",
    operator: "downsample(3, antialias = bicubic)",
    sizes: { h: 2, w: 3 },
    inputs: { y: [2, 3, 2] },
  },
  {
    name: "bicubic",
    parameters: "h, w, q = 3",
    domain: "R[h, w]",
    codomain: "R[q*h, q*w]",
    operator: "bicubic(q)",
    sizes: { h: 2, w: 3, q: 2 },
    inputs: { y: [4, 6] },
  },
  {
    name: "coils",
    parameters: "h, w, c",
    domain: "C[h, w]",
    codomain: "C[h, w, c]",
    operator: "fourier*coils(S)",
    before: "input S : C[h, w, c]",
    sizes: { h: 3, w: 4, c: 2 },
    inputs: { y: [3, 4, 2], S: [3, 4, 2] },
  },
  {
    name: "multiplication in frequency",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[h, w]",
    operator: "F'*diag(d)*F",
    before: "given d : C[h, w]; let F : linear R[h, w] -> C[h, w] = fourier",
    sizes: { h: 3, w: 4 },
    givens: {
      d: hostArray(
        "complex",
        [3, 4],
        Float64Array.from({ length: 24 }, (_, i) => (i % 7) / 8),
      ),
    },
    inputs: { y: [3, 4] },
  },
  {
    name: "blur with a Gaussian kernel",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[h, w]",
    operator: "blur(gaussian_kernel(3, sigma = s), boundary = zero)",
    before: "given s : R in (0, inf) = 0.8",
    sizes: { h: 4, w: 5 },
    inputs: { y: [4, 5] },
  },
  {
    name: "blur by motion",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[h, w]",
    operator: "blur(motion_kernel(5, length = 3.5, angle = pi/6))",
    sizes: { h: 6, w: 7 },
    inputs: { y: [6, 7] },
  },
  {
    name: "blur with a disk",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[h, w]",
    operator: "blur(disk_kernel(5, radius = 1.7), boundary = neumann)",
    sizes: { h: 6, w: 7 },
    inputs: { y: [6, 7] },
  },
  {
    name: "pinv",
    parameters: "m, n",
    domain: "R[m]",
    codomain: "R[n]",
    operator: "pinv(B, rank = r)",
    before: "given B : linear R[n] -> R[m]; given r : int in [1, n]",
    sizes: { n: 3 },
    givens: { B: TALL, r: 2 },
    inputs: { y: [3] },
  },
  {
    name: "inv",
    parameters: "m, n",
    domain: "R[n]",
    codomain: "R[n]",
    operator: "inv(B'*B + 0.5*I, by = cg(tol = 1e-13, max = 50))",
    before: "given B : linear R[n] -> R[m]",
    sizes: {},
    givens: { B: TALL },
    inputs: { y: [3] },
  },
  ...(["periodic", "neumann", "reflect", "zero"] as const).map((boundary) => ({
    name: `learned filters, ${boundary}`,
    parameters: "h, w",
    domain: boundary === "zero" ? "C[h, w]" : "R[h, w]",
    codomain: boundary === "zero" ? "C[h, w, 3]" : "R[h, w, 3]",
    operator: "H",
    before: `learn H : linear ${boundary === "zero" ? "C" : "R"}[h, w] -> ${boundary === "zero" ? "C" : "R"}[h, w, 3] = convolution(3, kernel = ${boundary === "reflect" ? 4 : 3}, boundary = ${boundary})`,
    sizes: { h: 4, w: 5 },
    inputs: { y: [4, 5, 3] },
  })),
  {
    name: "symmetrised gradient",
    parameters: "h, w",
    domain: "R[h, w, 2]",
    codomain: "R[h, w, 3]",
    operator: "symmetrised_gradient",
    sizes: { h: 4, w: 5 },
    inputs: { y: [4, 5, 3] },
  },
  {
    name: "patches",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[3, 3, (h - 2)*(w - 2)]",
    operator: "patches(3, 1)",
    sizes: { h: 5, w: 4 },
    inputs: { y: [3, 3, 6] },
  },
  {
    name: "an operator on each patch",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[2, (h - 2)*(w - 2)]",
    operator: "each(B)*patches(3, 1)",
    before: "let S : linear R[3, 3] -> R[9] = reshape; learn B : linear R[3, 3] -> R[2] = gaussian(2, 9)*S",
    sizes: { h: 5, w: 4 },
    inputs: { y: [2, 6] },
  },
  {
    name: "what each sample gives, on each of its slices",
    parameters: "n, c",
    domain: "R[n, c]",
    codomain: "R[n, c]",
    operator: "each(M)",
    before: "input d : R[n]; let M = diag(d)",
    sizes: { n: 3, c: 4 },
    inputs: { y: [3, 4], d: [3] },
  },
  {
    name: "patches, periodic, of complex channels",
    parameters: "h, w, c",
    domain: "C[h, w, c]",
    codomain: "C[3, 3, c, h/2*(w/2)]",
    operator: "patches(3, 2, boundary = periodic)",
    sizes: { h: 6, w: 4, c: 2 },
    inputs: { y: [3, 3, 2, 6] },
  },
  {
    name: "patches of a size that is bound",
    parameters: "h, w, p = 3",
    domain: "R[h, w]",
    codomain: "R[p, p, (h - p)/2*((w - p)/2) + (h - p)/2 + (w - p)/2 + 1]",
    operator: "patches(p, 2)",
    sizes: { h: 6, w: 4, p: 2 },
    inputs: { y: [2, 2, 6] },
  },
  {
    name: "fourier, centred",
    parameters: "h, w",
    domain: "C[h, w]",
    codomain: "C[h, w]",
    operator: "fourier(centred = true)",
    sizes: { h: 3, w: 4 },
    inputs: { y: [3, 4] },
  },
  {
    name: "wavelet with symmetric boundaries",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[h + 4, w + 4]",
    operator: "wavelet(db2, levels = 2, boundary = symmetric)",
    sizes: { h: 6, w: 2 },
    inputs: { y: [10, 6] },
  },
  {
    name: "wavelet on three axes",
    parameters: "h, w, d",
    domain: "R[h, w, d]",
    codomain: "R[h, w, d]",
    operator: "wavelet(sym3, levels = 1, axes = 3)",
    sizes: { h: 2, w: 4, d: 6 },
    inputs: { y: [2, 4, 6] },
  },
  {
    name: "blur, reflected",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[h, w]",
    operator: "blur(gaussian_kernel(5, sigma = 1.3), boundary = reflect)",
    sizes: { h: 4, w: 5 },
    inputs: { y: [4, 5] },
  },
  {
    name: "over_axes",
    parameters: "h, w",
    domain: "C[h, 2]",
    codomain: "C[h, w, 2, 3]",
    operator: "over_axes(axes = (1, 3))",
    sizes: { h: 4, w: 5 },
    inputs: { y: [4, 5, 2, 3] },
  },
  {
    name: "sums over the first axis",
    parameters: "h, w",
    domain: "R[w, h]",
    codomain: "R[h]",
    operator: "E'",
    before: "let E : linear R[h] -> R[w, h] = over_axes",
    sizes: { h: 4, w: 5 },
    inputs: { y: [4] },
  },
  {
    name: "crop",
    parameters: "h, w",
    domain: "R[h, w, 2]",
    codomain: "R[3, 2, 2]",
    operator: "crop",
    sizes: { h: 4, w: 5 },
    inputs: { y: [3, 2, 2] },
  },
  {
    name: "zeros around an array",
    parameters: "h, w",
    domain: "C[h, w]",
    codomain: "C[5, 4]",
    operator: "P'",
    before: "let P : linear C[5, 4] -> C[h, w] = crop(at = corner)",
    sizes: { h: 3, w: 4 },
    inputs: { y: [5, 4] },
  },
  {
    name: "blocks between stacks",
    parameters: "h, w",
    domain: "R[h, w]",
    codomain: "R[h, w]",
    operator: "hstack(I, D')*blockdiag(2*I, 0.5*D)*vstack(I, I)",
    before: "let D : linear R[h, w] -> R[h, w, 2] = gradient",
    sizes: { h: 3, w: 4 },
    inputs: { y: [3, 4] },
  },
  {
    name: "filtered back-projection of fan beams",
    parameters: "h, w, v, d",
    domain: "R[v, d]",
    codomain: "R[h, w]",
    operator: "0.2*filtered_backprojection(F, filter = shepp_logan)",
    before:
      "given angles : R[v]; let F : linear R[h, w] -> R[v, d] = fan_beam(angles, detectors = d, source = 11, detector = 4)",
    sizes: { h: 5, w: 4, d: 7 },
    givens: { angles: realArray([4], Float64Array.of(0, 1.5, 3.2, 4.6)) },
    inputs: { y: [5, 4] },
  },
  {
    name: "scaled by the norms of rows",
    parameters: "m, n",
    domain: "R[n]",
    codomain: "R[m]",
    operator: "diag(1 ./ row_norms(B))*B",
    before: "given B : linear R[n] -> R[m]",
    sizes: {},
    givens: { B: TALL },
    inputs: { y: [4] },
  },
];

/** Two steps of gradient descent for |A x - y|^2/2. */
function program({ parameters, domain, codomain, operator, before = "" }: Use): string {
  return `program small[${parameters}] {
  ${before}
  input y : ${codomain}
  let A : linear ${domain} -> ${codomain} = ${operator}
  state x : ${domain} = A'*y
  step { x <- x - 0.3*A'*(A*x - y) }
  output x
  converge(max = ${STEPS}, proof = none)
}
`;
}

/** The spaces of the inputs, of which the complex ones are known by the type of the program. */
function problem(use: Use): Problem {
  const complex = (name: string): boolean => name === "S" || (name === "y" && use.codomain.startsWith("C"));
  return {
    name: use.name,
    program: use.name,
    edits: [],
    sizes: use.sizes,
    givens: () => use.givens ?? {},
    inputs: (_operations, seed, samples) =>
      Object.fromEntries(
        Object.entries(use.inputs).map(([name, shape]) => [
          name,
          drawn(name, shape, complex(name), seed, samples),
        ]),
      ),
  };
}

function drawn(
  name: string,
  shape: readonly number[],
  complex: boolean,
  seed: number,
  samples: readonly number[],
): HostArray {
  const count = shape.reduce((product, extent) => product * extent, complex ? 2 : 1);
  const data = samples.flatMap((sample) => {
    const random = stream(seed, name, sample);
    return Array.from({ length: count }, () => Math.fround(random.normal()));
  });
  return hostArray(complex ? "complex" : "real", [samples.length, ...shape], Float64Array.from(data));
}

describe.each(USES)("$name", (use) => {
  const compiled = compiledText(use.name, program(use));
  const definition = definitionFor(compiled, "solver");
  const data = problem(use);

  test("is what the reference says, on engines of both precisions", async () => {
    const exact = await ready(data, definition, operations(referenceEngine()), 4);
    const found = await stepped(exact, STEPS);
    expect(distance(found, byDefinition(compiled.lowered, exact, STEPS))).toBeLessThan(1e-9);
    const single = await ready(data, definition, operations(await wasmEngine()), 4);
    expect(distance(await stepped(single, STEPS), found)).toBeLessThan(1e-4);
  });

  test("gives each sample of a batch what it gives it alone", async () => {
    const using = operations(referenceEngine());
    const together = await stepped(await ready(data, definition, using, 4), STEPS);
    for (const sample of SAMPLES) {
      const alone = await stepped(await ready(data, definition, using, 4, { samples: [sample] }), STEPS);
      for (const [place, numbers] of alone) {
        const whole = together.get(place) ?? [];
        const part =
          whole.length === numbers.length
            ? whole
            : whole.slice(sample * numbers.length, (sample + 1) * numbers.length);
        expect(distance(new Map([[place, part]]), new Map([[place, numbers]]))).toBeLessThan(1e-12);
      }
    }
  });
});
