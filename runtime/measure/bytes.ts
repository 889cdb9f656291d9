const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Bytes for people, three digits: `12.3 MiB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length, Math.max(1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const count = bytes / 1024 ** power;
  return `${count >= 999.5 ? Math.round(count) : count.toPrecision(3)} ${UNITS[power - 1]}`;
}
