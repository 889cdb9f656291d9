import { nuclearNorm } from "./nuclearNorm.ts";
import type { FunctionName, LibraryFunction } from "./entry.ts";
import { entropy } from "./entropy.ts";
import { groupNorm } from "./groupNorm.ts";
import { huber } from "./huber.ts";
import { huber21 } from "./huber21.ts";
import { kullbackLeibler } from "./kullbackLeibler.ts";
import { norm1 } from "./norm1.ts";
import { norm2 } from "./norm2.ts";
import { norm21 } from "./norm21.ts";
import { norm2sq } from "./norm2sq.ts";
import { normInf } from "./normInf.ts";

/** Names that make a function of another one or of a set, and `tv`, which is norm21 of a gradient. */
export type MakerName = "tv" | "indicator" | "conjugate";

/** Every function of the library with a definition of its own. */
export const FUNCTIONS: { readonly [N in Exclude<FunctionName, MakerName>]: LibraryFunction } = {
  norm1,
  norm2,
  norm2sq,
  norm21,
  norm_inf: normInf,
  group_norm: groupNorm,
  huber,
  huber21,
  nuclear_norm: nuclearNorm,
  kullback_leibler: kullbackLeibler,
  entropy,
};
