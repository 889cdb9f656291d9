import { realArray } from "ipc/runtime";
import { type Case, type Opened, repeated, type Setting } from "./case.ts";
import { normals } from "./draw.ts";
import { load, save } from "./files.ts";

/** A transform and its inverse, neither normalised, of images that stay on the engine. */
async function transformPair({ operations, folder }: Setting, images: number, side: number): Promise<Opened> {
  const { engine } = operations;
  const pairs = engine.upload((await load(folder, "pairs")).data, [images, side, side, 2]);
  const both = () => {
    const forward = engine.fourier(pairs, [1, 2], false);
    return [forward, engine.fourier(forward, [1, 2], true)] as const;
  };
  const run = async () => {
    const [forward, back] = engine.scope(both, (made) => made);
    engine.dispose([forward]);
    const first = engine.slice(back, [0, 0, 0, 0], [1, 1, 1, 1]);
    await engine.read(first);
    engine.dispose([back, first]);
  };
  const check = async () => {
    const [forward, back] = engine.scope(both, (made) => made);
    const [transformed, returned] = [await engine.read(forward), await engine.read(back)];
    engine.dispose([forward, back]);
    const scaled = returned.map((value) => value / side);
    return { result: realArray([2, transformed.length], Float64Array.from([...transformed, ...scaled])) };
  };
  return repeated(check, run, () => engine.dispose([pairs]));
}

function fourier(images: number, side: number): Case {
  const count = images * side * side;
  return {
    name: `fft-${images}x${side}`,
    title: `FFT and its inverse of ${images} x ${side} x ${side} complex numbers`,
    data: {
      name: `fft-${images}x${side}`,
      write: (folder) => save(folder, "pairs", [images, side, side, 2], normals(2 * count, "pairs", side)),
    },
    tolerance: 1e-5,
    work: { flops: 2 * 5 * count * Math.log2(side * side), bytes: 0 },
    floor: "fftw",
    open: (setting) => transformPair(setting, images, side),
  };
}

/** The same of real images: half a spectrum, and back. */
async function realPair({ operations, folder }: Setting, side: number): Promise<Opened> {
  const { engine } = operations;
  const picture = engine.upload((await load(folder, "picture")).data, [side, side]);
  const axes = [0, 1] as const;
  const both = () => {
    const forward = engine.realFourier(picture, axes);
    return [forward, engine.inverseRealFourier(forward, axes, side)] as const;
  };
  const run = async () => {
    const [forward, back] = engine.scope(both, (made) => made);
    engine.dispose([forward]);
    const first = engine.slice(back, [0, 0], [1, 1]);
    await engine.read(first);
    engine.dispose([back, first]);
  };
  const check = async () => {
    const [forward, back] = engine.scope(both, (made) => made);
    const [transformed, returned] = [await engine.read(forward), await engine.read(back)];
    engine.dispose([forward, back]);
    const numbers = Float64Array.from([...transformed, ...returned.map((value) => value / side)]);
    return { result: realArray([numbers.length], numbers) };
  };
  return repeated(check, run, () => engine.dispose([picture]));
}

function fourierOfReal(side: number): Case {
  const count = side * side;
  return {
    name: `rfft-${side}`,
    title: `FFT of ${side} x ${side} real numbers and its inverse`,
    data: {
      name: `rfft-${side}`,
      write: (folder) => save(folder, "picture", [side, side], normals(count, "picture", side)),
    },
    tolerance: 1e-5,
    work: { flops: 2 * 2.5 * count * Math.log2(count), bytes: 0 },
    floor: "fftw",
    open: (setting) => realPair(setting, side),
  };
}

export const realFourier512 = fourierOfReal(512);

export const fourier256 = fourier(4, 256);
/** a side of 2^6 5, as in MRI */
export const fourier320 = fourier(1, 320);
