import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { readNpy } from "../../runtime/io/npy.ts";
import { psnrDb } from "../../runtime/measure/psnr.ts";
import { fine, PROGRAMS, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const A = "mask(rate = 0.5, seed = 1)";

it("a DnCNN that was trained in PyTorch is the prior of plug-and-play ADMM", async () => {
  await fine("data", "make", "ellipses", "--count", "1", "--size", "48", "--seed", "5", "-o", at("x.npy"));
  await fine("apply", A, "--input", `${at("x.npy")}:0`, "--output", at("y.npy"), "--noise", "0.02");
  const D = `D=trained("${join(PROGRAMS, "onnx/dncnn.ipx")}")`;
  const data = ["--input", `y=${at("y.npy")}`, "--output", `z=${at("z.npy")}`];
  await fine("run", join(PROGRAMS, "pnp_admm.ipx"), "--bind", `A=${A}`, "--bind", D, "--max", "60", ...data);
  const read = (name: string): HostArray => readNpy(readFileSync(at(name)));
  const truth = { ...read("x.npy"), shape: [48, 48] };
  const gained = psnrDb(read("z.npy"), truth, 1) - psnrDb(read("y.npy"), truth, 1);
  expect(gained).toBeGreaterThan(8);
}, 120_000);
