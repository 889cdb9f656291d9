/** Milliseconds, three significant digits. */
export function milliseconds(seconds: number): string {
  return threeDigits(1000 * seconds);
}

/** Three significant digits, and all those before the point. */
export function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
