import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** What drawing SVG needs: resvg's WebAssembly module and fonts (TTF), as bytes. */
export interface RasteriserAssets {
  readonly wasm: Uint8Array;
  readonly fonts: readonly Uint8Array[];
}

/** Turns SVG into PNG; `zoom` is output pixels per pixel of the SVG. */
export type Rasteriser = (svg: string, zoom?: number) => Uint8Array;

/** resvg holds one module per process and refuses a second start. */
let started: Promise<void> | undefined;

/**
 * Prepares the drawing of SVG. Only the given fonts are used, so that a figure looks alike everywhere.
 * @throws where the WebAssembly module is damaged; later calls then try anew.
 */
export async function createRasteriser({ wasm, fonts }: RasteriserAssets): Promise<Rasteriser> {
  started ??= initWasm(Uint8Array.from(wasm)).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  await started;
  const font = { fontBuffers: [...fonts], defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  return (svg, zoom = 2) => {
    const renderer = new Resvg(svg, { font, fitTo: { mode: "zoom", value: zoom } });
    try {
      const image = renderer.render();
      const png = image.asPng();
      image.free();
      return png;
    } finally {
      renderer.free();
    }
  };
}
