import type { Variable } from "../ir/block.ts";
import type { Site } from "./site.ts";

/** `moved` over the larger of two norms, 0 where both are 0. */
export function relativeChange(site: Site, moved: Variable, now: Variable, old: Variable): Variable {
  const { builder: b } = site;
  const size = b.elementwise("max", [b.norm2(now), b.norm2(old)]);
  const positive = b.elementwise("less", [b.constant(0), size]);
  return b.elementwise("select", [positive, b.elementwise("div", [moved, size]), b.constant(0)]);
}
