import { expect, test } from "vitest";
import { unconvergedSamples } from "../../cli/run/resultText.ts";
import type { SolveResult } from "../../runtime/solve/result.ts";
import { file, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

test.each<[readonly SolveResult["reason"][number][], string | null]>([
  [["until", "until"], null],
  [["cap", "until"], "1 of 2 samples did not converge: the cap was reached."],
  [
    ["not_finite", "until"],
    "1 of 2 samples did not converge: NaN or infinity came up; the last finite state was kept.",
  ],
  [
    ["not_finite", "until", "cap", "cap"],
    "3 of 4 samples did not converge: in 1 of them NaN or infinity came up; the last finite state was kept; " +
      "in 2 the cap was reached.",
  ],
])("of the reasons %j it is said: %s", (reason, text) => {
  const converged = reason.map((each) => each === "until");
  expect(unconvergedSamples({ reason, converged, samples: reason.length })).toBe(text);
});

test("a key of another kind of noise does not go with the first", async () => {
  const experiment = file(
    folder,
    "noise.toml",
    'program = "p.ipx"\nout = "out"\n[data]\ngenerate = "sparse(12, rate = 0.3)"\nmeasure = "x"\n' +
      "noise = { sigma = 0.1, snr = 3 }\n[train]\nsteps = 2\n",
  );
  const { talk } = await refused(
    2,
    /IPX8503[^]*`(snr|sigma)` does not go with the other keys of `data.noise`/,
    "train",
    experiment,
  );
  expect(talk).not.toMatch(/has no `/);
});
