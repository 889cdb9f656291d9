import { InvalidArgumentError, Option } from "commander";
import type { Noise } from "../../runtime/data/noise.ts";

const KINDS: { readonly [K in Noise["kind"]]: (value: number) => Noise | null } = {
  sigma: (sigma) => (sigma >= 0 && Number.isFinite(sigma) ? { kind: "sigma", sigma } : null),
  snr: (decibel) => (decibel > -Infinity ? { kind: "snr", decibel } : null),
  relative: (fraction) =>
    fraction >= 0 && Number.isFinite(fraction) ? { kind: "relative", fraction } : null,
  poisson: (counts) => (counts > 0 && Number.isFinite(counts) ? { kind: "poisson", counts } : null),
  transmission: (photons) =>
    photons >= 1 && Number.isFinite(photons) ? { kind: "transmission", photons } : null,
};

/** `--noise SIGMA` or `--noise KIND=VALUE`, with the kinds of experiment files. */
export function noiseOption(): Option {
  const meaning =
    "a standard deviation, or snr=DB, relative=FRACTION, poisson=COUNTS (of the value 1), transmission=PHOTONS (behind the line integral 0)";
  return new Option("--noise <noise>", `add noise: ${meaning}`).argParser(noiseOf);
}

function noiseOf(text: string): Noise {
  const at = text.indexOf("=");
  const [kind, number] = at === -1 ? ["sigma", text] : [text.slice(0, at).trim(), text.slice(at + 1)];
  const value = number.trim() === "inf" ? Infinity : Number(number.trim() === "" ? NaN : number);
  const noise = isKind(kind) && !Number.isNaN(value) ? KINDS[kind](value) : null;
  if (noise !== null) return noise;
  throw new InvalidArgumentError(
    "It must be a number from 0, or one of sigma=, relative= with a number from 0, snr= with one in dB, poisson= with a positive one, transmission= with one from 1.",
  );
}

function isKind(word: string): word is Noise["kind"] {
  return Object.hasOwn(KINDS, word);
}
