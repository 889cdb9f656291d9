import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { randomEllipses } from "../../runtime/data/ellipses.ts";
import { sampleAt } from "../../runtime/data/sample.ts";
import { hostArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { readNpy, writeNpy } from "../../runtime/io/npy.ts";
import { readPng } from "../../runtime/io/png.ts";
import { file, filled, fine, ipc, names, npy, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const FIXTURES = new URL("../fixtures/formats/", import.meta.url).pathname;
const at = (name: string): string => join(folder, name);
const picture = (name: string): HostArray => readPng(readFileSync(at(name)));

describe("ipc data make", () => {
  it("writes a file a sample, and what draws them again", async () => {
    const { talk } = await fine(
      "data",
      "make",
      "ellipses",
      "--count",
      "3",
      "--size",
      "16",
      "--seed",
      "7",
      "-o",
      at("made"),
    );
    expect(talk).toMatch(/wrote 3 samples of 16 x 16 to/u);
    expect(names(at("made"))).toEqual(["000.npy", "001.npy", "002.npy", "set.json"]);
    expect(JSON.parse(readFileSync(at("made/set.json"), "utf8"))).toEqual({
      version: 1,
      generator: "ellipses(16)",
      seed: 7,
      count: 3,
    });
    expect(readNpy(readFileSync(at("made/002.npy")))).toEqual(sampleAt(randomEllipses(16), 7, 2));
  });

  it.each<readonly [string, readonly number[]]>([
    ["sparse(12, rate = 0.5)", [4, 12]],
    ["dead_leaves(6, 9)", [4, 6, 9]],
    ["shepp_logan(8, variant = original, oversampling = 2)", [4, 8, 8]],
    ["ellipses(8, distribution = learned_primal_dual)", [4, 8, 8]],
  ])("writes one file of all samples: %s", async (call, shape) => {
    const { out } = await fine("data", "make", call, "--count", "4", "--json", "-o", at("all.npy"));
    expect(readNpy(readFileSync(at("all.npy"))).shape).toEqual(shape);
    expect(JSON.parse(out)).toEqual({
      version: 1,
      written: at("all.npy"),
      generator: call,
      seed: 0,
      count: 4,
      shape: shape.slice(1),
    });
  });

  it("writes pictures", async () => {
    await fine("data", "make", "dead_leaves", "--size", "12", "--format", "png", "-o", at("leaves"));
    expect(picture("leaves/000.png").shape).toEqual([12, 12]);
  });

  it.each<readonly [string, 1 | 2, RegExp, readonly string[]]>([
    [
      "a word that is none of the choices",
      1,
      /`variant` of `shepp_logan` is one of original, modified/,
      ["shepp_logan(8, variant = classic)", "-o", at("x")],
    ],
    [
      "an unknown generator",
      1,
      /no generator of data[^]*Did you mean `ellipses`/,
      ["ellipse", "-o", at("x")],
    ],
    ["a size beside a call", 2, /a call says its sizes itself/, ["sparse(4)", "--size", "3", "-o", at("x")]],
    ["no output", 2, /--output/, ["sparse"]],
    ["no count", 2, /whole number from 1/, ["sparse", "--count", "0", "-o", at("x")]],
    ["a picture for all", 2, /to a folder/, ["ellipses", "--size", "4", "-o", at("x.png")]],
    [
      "a format that is not written",
      2,
      /TIFF files are read, not written/,
      ["ellipses", "--size", "4", "-o", at("x.tif")],
    ],
    [
      "more than memory",
      1,
      /would take [\d.]+ TiB/,
      ["sparse(1000000)", "--count", "1000000", "-o", at("x.npy")],
    ],
  ])("refuses %s", async (_, code, what, argv) => {
    await refused(code, what, "data", "make", ...argv);
  });
});

describe("ipc data", () => {
  const set = at("set");
  mkdirSync(set);
  npy(
    set,
    "a.npy",
    filled([4, 5], (index) => index),
  );
  npy(
    set,
    "b.npy",
    filled([4, 5], (index) => -index),
  );
  npy(set, "c.npy", hostArray("complex", [2], Float64Array.of(3, 4, 0, 0)));

  it("says what a folder holds, and draws it", async () => {
    const { out } = await fine("data", set, "--sheet", at("sheet.png"));
    expect(out).toMatch(/set: 3 samples, 0\.0 MiB/u);
    expect(out).toMatch(/shapes {2}2 real 4 x 5, 1 complex 2\n/u);
    expect(out).toMatch(/values {2}-19 to 19, mean 0\.119, /u);
    expect(picture("sheet.png").shape).toHaveLength(3);
    const json = JSON.parse((await fine("data", set, "--count", "2", "--json")).out) as Record<
      string,
      unknown
    >;
    expect(json).toMatchObject({
      version: 1,
      count: 2,
      formats: { npy: 2 },
      shapes: [{ field: "real", shape: [4, 5], count: 2 }],
      values: { min: -19, max: 19, mean: 0 },
      faults: [],
    });
  });

  it("takes the slices of one file for samples", async () => {
    const { out } = await fine("data", join(FIXTURES, "slices.h5"), "--key", "kspace", "--slices", "--json");
    expect(JSON.parse(out)).toMatchObject({
      count: 2,
      shapes: [{ field: "complex", shape: [3, 4], count: 2 }],
    });
  });

  it("names every sample that is damaged, and ends with 1", async () => {
    const damaged = at("damaged");
    mkdirSync(damaged);
    npy(damaged, "good.npy", filled([4, 4], Math.sin));
    npy(
      damaged,
      "nan.npy",
      filled([4, 4], (index) => (index === 5 ? NaN : 1)),
    );
    truncateSync(npy(damaged, "short.npy", filled([4, 4], Math.sin)), 140);
    copyFileSync(join(FIXTURES, "no_pixels.dcm"), join(damaged, "report.dcm"));
    writeFileSync(join(damaged, "text.png"), "text");
    const { code, out, talk } = await ipc("data", damaged);
    expect(code).toBe(1);
    expect(out).toMatch(/5 samples[^]*1 real 4 x 4[^]*faults {2}4/u);
    for (const what of [
      /nan\.npy holds NaN or infinity, first at \[1, 1\]/u,
      /short\.npy: The data end/u,
      /report\.dcm: This DICOM file holds no pixels/u,
      /text\.png: This is not a PNG/u,
    ]) {
      expect(talk).toMatch(what);
    }
    const json = await ipc("data", damaged, "--json");
    expect(json.code).toBe(1);
    expect(
      (JSON.parse(json.out) as { faults: readonly { code: string }[] }).faults.map(({ code: each }) => each),
    ).toEqual(["IPX8106", "IPX8107", "IPX8101", "IPX8102"]);
  });

  it.each<readonly [string, 1 | 2, RegExp, readonly string[]]>([
    ["a folder that is not there", 2, /cannot be read/, [at("nowhere")]],
    [
      "an empty folder",
      2,
      /holds no pictures or arrays/,
      [join(mkdirSync(at("empty"), { recursive: true }) ?? at("empty"))],
    ],
    ["another key", 1, /no array 'image'; it holds/, [join(FIXTURES, "slices.h5"), "--key", "image"]],
    ["slices of vectors", 1, /has no slices/, [npy(folder, "vector.npy", filled([4], Math.sin)), "--slices"]],
    ["a sheet that is no picture", 2, /contact sheet is written as \.png/, [set, "--sheet", at("sheet.npy")]],
  ])("refuses %s", async (_, code, what, argv) => {
    await refused(code, what, "data", ...argv);
  });
});

describe("ipc view", () => {
  const ramp = npy(
    folder,
    "ramp.npy",
    filled([2, 3], (index) => index - 1),
  );

  it("writes one picture pixel by pixel, by its extremes, a range or a window", async () => {
    await fine("view", ramp, "-o", at("ramp.png"));
    expect([...picture("ramp.png").data].map((value) => Math.round(value * 255))).toEqual([
      0, 51, 102, 153, 204, 255,
    ]);
    await fine("view", ramp, "--range", "-1,1", "-o", at("ramp.png"));
    expect([...picture("ramp.png").data].map((value) => Math.round(value * 2))).toEqual([0, 1, 2, 2, 2, 2]);
    const { out } = await fine("view", ramp, "--window", "2,2", "--json", "-o", at("ramp.png"));
    expect([...picture("ramp.png").data].map((value) => Math.round(value * 2))).toEqual([0, 0, 0, 1, 2, 2]);
    expect(JSON.parse(out)).toEqual({
      version: 1,
      written: at("ramp.png"),
      pictures: [{ file: ramp, place: "", part: null, shape: [2, 3], values: [-1, 4], shown: [1, 3] }],
    });
  });

  it("shows modulus and phase of complex numbers, or one part", async () => {
    const z = npy(folder, "z.npy", hostArray("complex", [1, 2], Float64Array.of(3, 4, -2, 0)));
    const { out } = await fine("view", z, "--json", "-o", at("z.png"));
    expect(JSON.parse(out)).toMatchObject({
      pictures: [
        { part: "modulus", values: [2, 5] },
        { part: "phase", shown: [-Math.PI, Math.PI] },
      ],
    });
    await fine("view", z, "--part", "real", "-o", at("z.png"));
    expect([...picture("z.png").data]).toEqual([1, 0]);
  });

  it("shows the channels of a last axis as pictures, of complex numbers too", async () => {
    const maps = npy(
      folder,
      "maps.npy",
      hostArray(
        "complex",
        [1, 2, 2, 3],
        Float64Array.from({ length: 24 }, (_, at) => (at % 2 === 0 ? at / 2 : 0)),
      ),
    );
    const { out } = await fine("view", maps, "--channels", "--part", "real", "--json", "-o", at("maps.png"));
    expect(JSON.parse(out)).toMatchObject({
      pictures: [0, 1, 2].map((channel) => ({
        place: `[0, :, :, ${channel}]`,
        shape: [2, 2],
        values: [channel, 9 + channel],
      })),
    });
    await refused(2, /--channels is for arrays/u, "view", ramp, "--channels", "-o", at("maps.png"));
  });

  it("puts several arrays, their slices and curves of vectors side by side", async () => {
    const volume = npy(
      folder,
      "volume.npy",
      filled([3, 4, 5], (index) => index),
    );
    const vector = npy(
      folder,
      "curve.npy",
      filled([300], (index) => Math.sin(index / 20)),
    );
    const { talk } = await fine(
      "view",
      volume,
      vector,
      ramp,
      "--count",
      "2",
      "--title",
      "all",
      "-o",
      at("all.png"),
    );
    expect(talk).toMatch(
      /volume\.npy\[0\]: 4 x 5, black 0, white 19\n[^]*volume\.npy\[1\]: [^]*curve\.npy: 300, drawn from -1 to 1\n/u,
    );
    expect(talk).not.toMatch(/volume\.npy\[2\]/u);
    expect(picture("all.png").shape[1]).toBeGreaterThan(1000);
  });

  it.each<readonly [string, 1 | 2, RegExp, readonly string[]]>([
    [
      "NaN",
      1,
      /holds NaN or infinity, first at \[0, 1\]/,
      [file(folder, "n.npy", writeNpy(filled([1, 2], (i) => (i === 1 ? NaN : 0)))), "-o", at("n.png")],
    ],
    ["another format than PNG", 2, /A picture is written as \.png/, [ramp, "-o", at("ramp.npy")]],
    ["a file of another name", 2, /no format that is known/, ["ramp.gif", "-o", at("ramp.png")]],
    ["a range from above", 2, /the smaller one first/, [ramp, "--range", "1,0", "-o", at("ramp.png")]],
    ["a window without a width", 2, /positive width/, [ramp, "--window", "40", "-o", at("ramp.png")]],
    [
      "a range and a window",
      2,
      /cannot be used with/,
      [ramp, "--range", "0,1", "--window", "1,1", "-o", at("ramp.png")],
    ],
    ["a part that there is not", 1, /has no part 9/, [`${ramp}:9`, "-o", at("ramp.png")]],
  ])("refuses %s", async (_, code, what, argv) => {
    await refused(code, what, "view", ...argv);
  });
});

it("apply adds every kind of noise, and refuses others", async () => {
  const y = npy(
    folder,
    "y.npy",
    filled([64], () => 4),
  );
  for (const noise of ["0.5", "sigma=0.5", "snr=20", "relative=0.1", "poisson=100", "transmission=200"]) {
    await fine("apply", "I", "--input", y, "--output", at("noisy.npy"), "--noise", noise, "--seed", "3");
    const { data } = readNpy(readFileSync(at("noisy.npy")));
    const squares = [...data].reduce((sum, value) => sum + (value - 4) ** 2, 0);
    const deviation = Math.sqrt(squares / 64);
    expect(deviation, noise).toBeGreaterThan(0.1);
    expect(deviation, noise).toBeLessThan(0.7);
  }
  for (const noise of ["-1", "salt=1", "poisson=0", "transmission=0", "snr=", "poisson=inf"]) {
    await refused(
      2,
      /It must be a number from 0, or one of/,
      "apply",
      "I",
      "--input",
      y,
      "--output",
      at("q.npy"),
      "--noise",
      noise,
    );
  }
  const negative = npy(
    folder,
    "negative.npy",
    filled([4], () => -1),
  );
  await refused(
    1,
    /has no Poisson counts/,
    "apply",
    "I",
    "--input",
    negative,
    "--output",
    at("q.npy"),
    "--noise",
    "poisson=10",
  );
});
