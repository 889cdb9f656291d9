import { model } from "ipc/runtime";
import { repeated, type Case } from "./case.ts";
import { definition, load } from "./files.ts";
import { SIZES, sparse } from "./sparse.ts";

/** Iterations of each run, without a test. */
const ITERATIONS = 200;

function fista(samples: number): Case {
  const { m, n } = SIZES;
  return {
    name: `fista-${samples}`,
    title: `FISTA, ${ITERATIONS} iterations, 250 x 500, batch ${samples}`,
    data: sparse,
    tolerance: 1e-3,
    work: { flops: ITERATIONS * 4 * m * n * samples, bytes: ITERATIONS * 2 * 4 * m * n },
    open: async ({ operations, folder }) => {
      const givens = { A: await load(folder, "A"), lambda: 0.1 };
      const solver = await model(definition("programs/fista.ipx", "unrolled"), givens, {
        steps: ITERATIONS,
        engine: operations,
      });
      const y = await load(folder, samples === 1 ? "y1" : "y");
      const run = () => solver.run({ y }, { batched: samples > 1 });
      const check = async () => ({ result: (await run()).output });
      return repeated(check, run, () => solver.dispose());
    },
  };
}

export const fistaBatch = fista(SIZES.batch);
export const fistaSingle = fista(1);
