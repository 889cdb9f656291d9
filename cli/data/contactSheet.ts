import { readRasteriserAssets } from "../../runtime/io/node/rasteriserAssets.ts";
import { type Montage, montage } from "../../runtime/measure/montage.ts";

/** Pictures with captions as a PNG; the drawing library is loaded when it is needed. */
export async function contactSheet(contents: Montage): Promise<Uint8Array> {
  const { createRasteriser } = await import("../../runtime/measure/rasterise.ts");
  const rasterise = await createRasteriser(await readRasteriserAssets());
  return rasterise(montage(contents));
}
