import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { type HostArray, realArray } from "../runtime/io/hostArray.ts";
import { makeFolder, writeArray, writeText } from "../runtime/io/node/files.ts";
import { checkText } from "./compiler.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./failure.ts";
import { located, placeOf } from "./report.ts";
import { EXIT } from "./terminal.ts";

const PROGRAM = (
  name: string,
): string => `/// Proximal gradient for  min 1/2 |A x - y|^2 + lambda |x|_1,  with a step size that may be learned.
program ${name}[space X, space Y] {
  given A      : linear X -> Y
  given lambda : R in (0, inf) = 0.05
  input y      : Y

  fun f(x : X) = 1/2*norm2sq(A*x - y)
  fun g(x : X) = lambda*norm1(x)
  learn t     : R in (0, 2/lip(grad f)) per step = 1/lip(grad f)
  learn theta : R in (0, inf) per step           = lambda/lip(grad f)

  state x : X = 0
  step { x <- soft(x - t*grad f(x), theta) }
  objective f(x) + g(x)
  output x

  unroll(10)
  converge(until = change(x) < 1e-5, max = 500)
}
`;

const EXPERIMENT = (name: string): string => `# ipc train experiment.toml, then ipc eval experiment.toml
program = "${name}.ipx"
target  = "unrolled"
seed    = 1
out     = "results"

[given]
A      = "gaussian(50, 100, seed = 1, normalise = columns)"
lambda = 0.05

[data]
generate = "sparse(100, rate = 0.05)"
measure  = "A*x"
noise    = { snr = 30 }
train    = { count = inf }
validate = { count = 200, seed = 2 }
test     = { count = 200, seed = 3 }

[train]
loss      = "norm2sq(output - target)"
optimiser = { name = "adam", rate = 5e-3 }
batch     = 32
steps     = 300
every     = 50

[eval]
metrics = ["nmse_db"]
trace   = true

[[eval.compare]]
program = "${name}.ipx"
name    = "${name}, not trained"
target  = "solver"
tune    = { lambda = "logspace(-3, -0.5, 8)" }
steps   = 50
`;

const README = (name: string): string => `# ${name}

\`${name}.ipx\` is one iteration of an algorithm; \`experiment.toml\` says how it is trained and measured.

    ipc check ${name}.ipx
    ipc train experiment.toml
    ipc eval experiment.toml

The table, the figure and the weights are written to \`results/\`. The classical solver of the same text, on the
measurement of \`x.npy\`, a sparse vector:

    ipc apply 'gaussian(50, 100, seed = 1, normalise = columns)' --input x.npy --output y.npy
    ipc run ${name}.ipx --target solver --bind 'A=gaussian(50, 100, seed = 1, normalise = columns)' --input y=y.npy --output x=estimate.npy
`;

const SAMPLE = "x.npy";

/** A vector for the commands of the README: 100 numbers, five of them not zero. */
function sparseVector(): HostArray {
  const data = new Float32Array(100);
  for (const [index, value] of [1, -1.5, 0.8, 2, -0.6].entries()) data[7 + 20 * index] = value;
  return realArray([100], data);
}

/**
 * Makes a folder with a program, an experiment and a README; gives the exit code.
 * @throws UsageError where the folder exists, or its name makes no name of a program
 */
export async function newProject({ terminal, sources }: Context, folder: string): Promise<number> {
  const name = basename(folder).replaceAll("-", "_");
  if (!/^[\p{L}_][\p{L}\d_]*$/u.test(name)) {
    throw new UsageError(
      `'${basename(folder)}' makes no name of a program: letters, digits and _ are wanted.`,
    );
  }
  if (existsSync(folder)) throw new UsageError(`${folder} exists already.`);
  const source = sources.add(join(folder, `${name}.ipx`), PROGRAM(name));
  const refusal = checkText(sources, source).find(({ severity }) => severity === "error");
  if (refusal !== undefined)
    throw new UsageError(`'${name}' makes no name of a program: ${refusal.message}.`);
  const files: readonly (readonly [string, string])[] = [
    [`${name}.ipx`, PROGRAM(name)],
    ["experiment.toml", EXPERIMENT(name)],
    ["README.md", README(name)],
  ];
  await located(placeOf(folder), async () => {
    await makeFolder(folder);
    for (const [file, text] of files) await writeText(join(folder, file), text);
    await writeArray(join(folder, SAMPLE), sparseVector());
  });
  for (const file of [...files.map(([name]) => name), SAMPLE]) terminal.talk(`wrote ${join(folder, file)}\n`);
  terminal.talk(`Now: cd ${folder} && ipc train experiment.toml && ipc eval experiment.toml\n`);
  return EXIT.fine;
}
