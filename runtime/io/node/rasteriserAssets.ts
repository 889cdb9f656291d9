import { createRequire } from "node:module";
import { readBytes } from "./files.ts";
import type { RasteriserAssets } from "../../measure/rasterise.ts";

/**
 * Reads what `createRasteriser` needs from the packages that this one depends on. It finds them from a bundle,
 * too, as long as they are installed beside it.
 * @throws DataError where a file is missing.
 */
export async function readRasteriserAssets(): Promise<RasteriserAssets> {
  const { resolve } = createRequire(import.meta.url);
  const read = (file: string): Promise<Uint8Array> => readBytes(resolve(file));
  const [wasm, regular, bold] = await Promise.all([
    read("@resvg/resvg-wasm/index_bg.wasm"),
    read("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    read("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ]);
  return { wasm, fonts: [regular, bold] };
}
