import type { ChosenSettings, OperatorSignature } from "../signature.ts";

export const overChannels: OperatorSignature = {
  definition: "x in every channel; the adjoint sums",
  parameters: [],
  settings: {},
  domain: () => "F[d..]",
  codomain: () => "F[d.., c]",
  properties: () => [{ property: "nonnegative", bound: null }],
};

export const overPixels: OperatorSignature = {
  definition: "x at every pixel; the adjoint sums",
  parameters: [],
  settings: {},
  domain: () => "F[c]",
  codomain: () => "F[h, w, c]",
  properties: () => [{ property: "nonnegative", bound: null }],
};

/** The largest axis that a repetition adds. */
export const LARGEST_AXIS = 9;

export const overAxes: OperatorSignature = {
  definition: "x at all indices of the new axes, which are at the places named; the adjoint sums over them",
  parameters: [],
  settings: { axes: { kind: "axes", initial: [0] } },
  domain: (settings) => {
    const kept = axesUpTo(settings).flatMap(({ letter, added }) => (added ? [] : [letter]));
    return `F[${[...kept, "r.."].join(", ")}]`;
  },
  codomain: (settings) => `F[${[...axesUpTo(settings).map(({ letter }) => letter), "r.."].join(", ")}]`,
  properties: () => [{ property: "nonnegative", bound: null }],
};

/** The axes of the codomain up to the last one that is added. */
function axesUpTo({ axes }: ChosenSettings): readonly { readonly letter: string; readonly added: boolean }[] {
  const added = axes("axes") ?? [0];
  return Array.from({ length: Math.max(...added) + 1 }, (_, axis) => {
    const isAdded = added.includes(axis);
    return { letter: `${isAdded ? "n" : "d"}${axis}`, added: isAdded };
  });
}
