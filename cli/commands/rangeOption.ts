import { InvalidArgumentError, Option } from "commander";
import type { Shown } from "../data/drawnPlane.ts";

/** `--range LOW,HIGH`: what pictures show black and white. */
export function rangeOption(): Option {
  const meaning = "what is shown black and white; else each picture's own extremes";
  return new Option("--range <low,high>", meaning).argParser((text: string): Shown => {
    const pair = pairOf(text);
    if (pair !== null && pair[0] < pair[1]) return pair;
    throw new InvalidArgumentError("It must be two numbers, the smaller one first: 0,1.");
  });
}

/** `--window CENTRE,WIDTH`: the same by its middle and its width. */
export function windowOption(): Option {
  const meaning = "the same by its middle and its width, as for CT";
  return new Option("--window <centre,width>", meaning).argParser((text: string): Shown => {
    const pair = pairOf(text);
    if (pair !== null && pair[1] > 0) return [pair[0] - pair[1] / 2, pair[0] + pair[1] / 2];
    throw new InvalidArgumentError("It must be a middle and a positive width: 40,400.");
  });
}

function pairOf(text: string): Shown | null {
  const [first, second, ...more] = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (first === undefined || second === undefined || more.length > 0) return null;
  return Number.isFinite(first) && Number.isFinite(second) ? [first, second] : null;
}
