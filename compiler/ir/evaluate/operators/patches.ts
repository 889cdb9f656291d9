import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import type { ReferenceOperator } from "../array.ts";
import { operatorOfRows, weight } from "./rows.ts";

/** Entry (p, q, r, k) is the pixel at p, q from the corner of patch k; patches go row by row. */
export function patches(
  domain: readonly number[],
  codomain: readonly number[],
  settings: LibrarySettings,
): ReferenceOperator {
  const stride = Number(settings["stride"]);
  const [height = 1, width = 1] = domain;
  const [size = 1] = codomain;
  const across = settings["boundary"] === "periodic" ? width / stride : (width - size) / stride + 1;
  return operatorOfRows({
    domain,
    codomain,
    row: ([p = 0, q = 0, ...rest]) => {
      const patch = rest.at(-1) ?? 0;
      const top = Math.floor(patch / across) * stride;
      const left = (patch % across) * stride;
      return [{ index: [(top + p) % height, (left + q) % width, ...rest.slice(0, -1)], weight: weight(1) }];
    },
  });
}
