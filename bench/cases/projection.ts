import { realArray } from "ipc/runtime";
import { type Case, type DataSet, type Opened, repeated, type Setting } from "./case.ts";
import { uniforms } from "./draw.ts";
import { load, save } from "./files.ts";
import { crossingFlops } from "./operators/tomography.ts";

const SIDE = 512;
const VIEWS = 144;
const CELLS = 729;

const data: DataSet = {
  name: "projection",
  write: async (folder) => {
    const angles = Float64Array.from({ length: VIEWS }, (_, view) => (Math.PI * (view + 0.5)) / VIEWS);
    await save(folder, "angles", [VIEWS], angles);
    await save(folder, "x", [SIDE, SIDE], uniforms(SIDE * SIDE, "x"));
    await save(folder, "y", [VIEWS, CELLS], uniforms(VIEWS * CELLS, "y"));
  },
};

/** One product with an X-ray transform, or with its adjoint, of an array that stays on the engine. */
async function product({ operations, folder }: Setting, adjoint: boolean): Promise<Opened> {
  const { engine } = operations;
  const angles = Array.from((await load(folder, "angles")).data);
  const geometry = { angles, detectors: CELLS, spacing: 1, fan: null };
  const shape = adjoint ? [VIEWS, CELLS] : [SIDE, SIDE];
  const array = engine.upload((await load(folder, adjoint ? "y" : "x")).data, [1, ...shape]);
  const project = () => engine.project(array, { geometry, image: [SIDE, SIDE], adjoint });
  const run = async () => {
    const made = project();
    const first = engine.slice(made, [0, 0, 0], [1, 1, 1]);
    await engine.read(first);
    engine.dispose([made, first]);
  };
  const check = async () => {
    const made = project();
    const result = realArray(made.shape.slice(1), await engine.read(made));
    engine.dispose([made]);
    return { result };
  };
  return repeated(check, run, () => engine.dispose([array]));
}

function projection(name: string, what: string, adjoint: boolean): Case {
  return {
    name,
    title: `${what} of ${SIDE} x ${SIDE} pixels, ${VIEWS} views of ${CELLS} cells`,
    data,
    tolerance: 1e-4,
    /* other discretisations, or other ends of lines */
    tolerances: { astra: 0.02 },
    work: { flops: crossingFlops(SIDE * SIDE, VIEWS), bytes: 4 * (SIDE * SIDE + VIEWS * CELLS) },
    open: (setting) => product(setting, adjoint),
  };
}

export const xray = projection("xray", "X-ray transform", false);
export const xrayAdjoint = projection("xray-adjoint", "adjoint of the X-ray transform", true);
