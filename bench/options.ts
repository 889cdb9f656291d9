import { parseArgs } from "node:util";
import { STOCK } from "./engines.ts";

/** The participants that are not ours, in the order in which one of them is compared with: the first that is there. */
const PEERS = [
  "torch",
  "jax",
  "torch.compile",
  "numpy",
  "scipy",
  "fftw",
  "pywavelets",
  "scikit-image",
  "deepinv",
  "odl",
  "pylops",
  "astra",
  STOCK,
] as const;

/** What is to be measured, and how long. */
export interface Options {
  readonly engines: readonly string[];
  readonly peers: readonly string[];
  /** beginnings of the names of cases */
  readonly cases: readonly string[];
  readonly rounds: number;
  /** the most seconds for the rounds of one case */
  readonly seconds: number;
  readonly threads: number;
  /** whether to look at the kernels of what was measured instead */
  readonly profile: boolean;
  /** the folder of results.json and RESULTS.md */
  readonly out: string;
}

export const USAGE = `npm run bench -- [options]
  --engines LIST   engines of ipc (wasm,native,webgpu); what is not there is named and left out, webgpu in software, too
  --peers LIST     of ${PEERS.join(", ")} (all); "none" for none
  --cases LIST     beginnings of names of cases (all): lista, fista-1, tv, fft, unet, ...
  --rounds N       interleaved rounds (20)
  --seconds S      the most seconds for the rounds of one case (300); at least 3 rounds are run
  --threads N      threads and cores of each participant (2)
  --profile        time the kernels of these cases on wasm and native, and add them to the results that are there
  --out FOLDER     where results.json and RESULTS.md go (bench)
`;

/** @throws Error for options that are none */
export function readOptions(words: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...words],
    options: {
      engines: { type: "string", default: "wasm,native,webgpu" },
      peers: { type: "string", default: PEERS.join(",") },
      cases: { type: "string", default: "" },
      rounds: { type: "string", default: "20" },
      seconds: { type: "string", default: "300" },
      threads: { type: "string", default: "2" },
      profile: { type: "boolean", default: false },
      out: { type: "string", default: "bench" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const peers = values.peers === "none" ? [] : list(values.peers);
  const stranger = peers.find((peer) => !PEERS.some((known) => known === peer));
  if (stranger !== undefined) throw new Error(`There is no peer ${stranger}; there are ${PEERS.join(", ")}.`);
  return {
    engines: list(values.engines),
    peers: PEERS.filter((peer) => peers.includes(peer)),
    cases: list(values.cases),
    rounds: count("rounds", values.rounds),
    seconds: count("seconds", values.seconds),
    threads: count("threads", values.threads),
    profile: values.profile,
    out: values.out,
  };
}

function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} is a count, not ${text}.`);
}
