import { numberText } from "./table.ts";

/** Equal steps for equal differences, or for equal ratios. */
export type ScaleKind = "linear" | "log";

/** A tick and what is written at it. */
interface Tick {
  readonly value: number;
  readonly label: string;
}

/** How values are spread along an axis. */
export interface Scale {
  readonly kind: ScaleKind;
  readonly from: number;
  readonly until: number;
  readonly ticks: readonly Tick[];
  /** Where a value lies: 0 at `from`, 1 at `until`; NaN for what has no place, as 0 on a log axis. */
  readonly place: (value: number) => number;
}

/** A scale over the finite values given (the positive ones for log), over 0 to 1 where there are none. */
export function scaleOver(values: readonly number[], kind: ScaleKind, extend: boolean): Scale {
  const usable = values.filter((value) => Number.isFinite(value) && (kind === "linear" || value > 0));
  const low = usable.reduce((a, b) => Math.min(a, b), Infinity);
  const high = usable.reduce((a, b) => Math.max(a, b), -Infinity);
  if (usable.length === 0) return kind === "linear" ? linearScale(0, 1, extend) : logScale(0.1, 1, extend);
  return kind === "linear" ? linearScale(low, high, extend) : logScale(low, high, extend);
}

/** Linear from `low` to `high`; `extend` moves both ends out to ticks. */
export function linearScale(low: number, high: number, extend: boolean): Scale {
  const spread = high > low ? high - low : Math.max(Math.abs(low), 1);
  const [least, most] = high > low ? [low, high] : [low - spread / 2, high + spread / 2];
  const step = niceStep(spread / 5);
  const first = extend ? Math.floor(least / step + 1e-9) : Math.ceil(least / step - 1e-9);
  const last = extend ? Math.ceil(most / step - 1e-9) : Math.floor(most / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: numberText(value, Math.min(digits, 100)) };
  });
  const [from, until] = extend ? [first * step, last * step] : [least, most];
  return { kind: "linear", from, until, ticks, place: (value) => (value - from) / (until - from) };
}

/** Logarithmic over positive ends; `extend` moves them out to powers of ten. */
export function logScale(low: number, high: number, extend: boolean): Scale {
  const [least, most] = high > low ? [low, high] : [low / 2, high * 2];
  const decades = Math.log10(most / least);
  const from = extend && decades > 0.7 ? 10 ** Math.floor(Math.log10(least) + 1e-9) : least;
  const until = extend && decades > 0.7 ? 10 ** Math.ceil(Math.log10(most) - 1e-9) : most;
  const inside = (value: number): boolean => value >= from * (1 - 1e-9) && value <= until * (1 + 1e-9);
  const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(until))];
  const every = Math.max(1, Math.ceil((last - first) / 7));
  const factors = decades <= 2 ? [1, 2, 5] : [1];
  const plain = first >= -3 && last <= 4;
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter((exponent) => (exponent - first) % every === 0)
    .flatMap((exponent) => factors.map((factor) => ({ factor, exponent, value: factor * 10 ** exponent })))
    .filter(({ value }) => inside(value))
    .map(({ factor, exponent, value }) => {
      const label = plain ? numberText(value, Math.max(0, -exponent)) : powerText(factor, exponent);
      return { value, label };
    });
  const span = Math.log(until / from);
  return { kind: "log", from, until, ticks, place: (value) => Math.log(value / from) / span };
}

/** The step 1, 2 or 5 times a power of ten that is nearest above `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function powerText(factor: number, exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)] ?? "").join("");
  const power = `10${exponent < 0 ? "⁻" : ""}${digits}`;
  return factor === 1 ? power : `${factor}·${power}`;
}
