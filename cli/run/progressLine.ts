import type { Terminal } from "../terminal.ts";

/** A line that is written over while a person watches; nothing where nobody does. */
export interface ProgressLine {
  readonly show: (text: string) => void;
  readonly clear: () => void;
}

/** How often the line changes, in milliseconds. */
const INTERVAL = 100;

/** A progress line on the terminal's talk. */
export function progressLine(terminal: Terminal): ProgressLine {
  let last = 0;
  let shown = false;
  return {
    show: (text) => {
      const now = Date.now();
      if (!terminal.live || now - last < INTERVAL) return;
      last = now;
      shown = true;
      terminal.talk(`\r\u001b[K${text}`);
    },
    clear: () => {
      if (shown) terminal.talk("\r\u001b[K");
      shown = false;
    },
  };
}
