import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { perform } from "../../runtime/solve/task.ts";
import { loadModule } from "../emit/load.ts";
import { file, filled, fine, npy, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const odd = npy(
  folder,
  "odd.npy",
  filled([9, 7], (index) => Math.sin(index)),
);
const even = npy(
  folder,
  "even.npy",
  filled([8, 4], (index) => Math.sin(index)),
);

/** Layers from images to images of the same size, what they divide by, and the part that asks for it. */
const LAYERS = [
  ["conv(8) |> maxpool(2) |> upconv(1)", 2, "maxpool(2)"],
  ["conv(8) |> avgpool(2) |> upconv(1)", 2, "avgpool(2)"],
  ["conv(8, stride = 2) |> upconv(1)", 2, "conv(8, stride = 2)"],
  ["maxpool(2) |> conv(4) |> maxpool(2) |> upconv(2) |> upconv(1)", 4, "maxpool(2)"],
  ["unet(levels = 3, width = 2, padded = false)", 4, "unet(levels = 3, width = 2, padded = false)"],
  ["fbpconvnet(levels = 2, width = 2, padded = false)", 2, "fbpconvnet("],
  ["drunet(levels = 3, width = 2, blocks = 1, padded = false)", 4, "drunet("],
] as const;

const program = (layers: string): string =>
  `program q[h, w] {\n  input y : R[h, w]\n  learn N : net R[h, w] -> R[h, w] = ${layers}\n  output N(y)\n}\n`;

test.each(LAYERS)("%s refuses sizes that leave a rest where it stands", async (layers, divisor, part) => {
  const text = program(layers);
  const source = file(folder, "divisions.ipx", text);
  for (const engine of ["reference", "wasm"]) {
    const argv = ["run", source, "--engine", engine, "--input", `y=${odd}`];
    const { talk } = await refused(1, /^error\[IPX8013\]/mu, ...argv);
    expect(talk).toContain(`${divisor} must divide h, which is 9, and w, which is 7\n`);
    const column = (text.split("\n")[2] ?? "").indexOf(part) + 1;
    expect(talk).toContain(`divisions.ipx:3:${column}`);
  }
  await fine("run", source, "--input", `y=${even}`);
});

test.each(["unet", "strided"])("%s.onnx refuses images that its strides do not divide", async (name) => {
  file(folder, `${name}.onnx`, readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url)));
  const source = file(
    folder,
    `${name}.ipx`,
    `net f[h, w](u : R[h, w, 2]) -> R[h, w, 2] = file "${name}.onnx"\n` +
      "program q[h, w] {\n  input y : R[h, w]\n" +
      "  learn N : net R[h, w, 2] -> R[h, w, 2] = f\n  output N(concat(y, y))\n}\n",
  );
  const { talk } = await refused(
    1,
    /^error\[IPX8013\]: 2 must divide h, which is 9/mu,
    "run",
    source,
    "--input",
    `y=${odd}`,
  );
  expect(talk).toContain(`${name}.ipx:4:44`);
  await fine("run", source, "--input", `y=${even}`);
});

test("a padded network takes any size", async () => {
  const source = file(folder, "padded.ipx", program("unet(levels = 3, width = 2)"));
  await fine("run", source, "--input", `y=${odd}`);
});

test("an emitted module refuses them, too", async () => {
  const source = file(folder, "emitted.ipx", program("conv(8) |> maxpool(2) |> upconv(1)"));
  await fine("compile", source, "--out", folder);
  const definition = loadModule(readFileSync(join(folder, "q.direct.ts"), "utf8"), "q");
  const using = operations(referenceEngine());
  const bound = await bind(definition, using);
  const inputs = { y: filled([9, 7], () => 1) };
  const refusal = expect(perform(using, bindInputs(bound, inputs, false))).rejects;
  await refusal.toMatchObject({ code: "IPX8013" });
  await refusal.toThrow("emitted.ipx:3:49: 2 must divide h, which is 9, and w, which is 7.");
});
