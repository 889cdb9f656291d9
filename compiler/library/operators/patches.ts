import type { ChosenSettings, OperatorSignature, StatedProperty } from "../signature.ts";

/** Zoran and Weiss, ICCV 2011, for the prior on all patches. */
export const patches: OperatorSignature = {
  definition:
    "all patches of size x size pixels at distances of `stride`, inside of the image or periodic, on a new last axis",
  parameters: [
    { kind: "count", name: "size" },
    { kind: "count", name: "stride" },
  ],
  settings: { boundary: { kind: "word", words: ["inside", "periodic"], initial: "inside" } },
  domain: (settings) =>
    settings.word("boundary") === "periodic"
      ? "F[stride*a, stride*b, r..]"
      : "F[stride*a + size - stride, stride*b + size - stride, r..]",
  codomain: () => "F[size, size, r.., a*b]",
  properties: (settings) => [{ property: "nonnegative", bound: null }, ...overlap(settings)],
};

/** A pixel lies in at most ceil(size/stride) patches along each axis. */
function overlap(settings: ChosenSettings): readonly StatedProperty[] {
  const [size, stride] = [settings.count("size"), settings.count("stride")];
  if (size === null || stride === null) return [];
  const bound = Math.ceil(size / stride);
  return size === stride
    ? [
        { property: "norm", bound },
        { property: "orthonormal", bound: null },
      ]
    : [{ property: "norm", bound }];
}
