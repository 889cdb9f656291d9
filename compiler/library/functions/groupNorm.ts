import { zeroInside } from "./dualBall.ts";
import type { LibraryFunction } from "./entry.ts";
import { normOver, projectedGroups, shrunkGroups } from "./groups.ts";

export const groupNorm: LibraryFunction = {
  name: "group_norm",
  definition: "sum over all other axes of the 2-norm over the named axes, counted from 0",
  citation: "Yuan and Lin, J. Royal Stat. Soc. B 68 (2006)",
  evaluate: (b, x, { axes }) => b.sum(normOver(b, x, axes)),
  gradientLipschitz: null,
  kink: true,
  stronglyConvex: 0,
  separable: false,
  prox: (b, x, t, { axes }) => shrunkGroups(b, x, normOver(b, x, axes), t),
  conjugateProx: (b, p, _s, c, { axes }) => projectedGroups(b, p, normOver(b, p, axes), c),
  conjugate: (b, p, { axes }) => zeroInside(b, p, shrunkGroups(b, p, normOver(b, p, axes), b.constant(1))),
};
