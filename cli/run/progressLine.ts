import type { Terminal } from "../terminal.ts";

/** A line that is written over while a person watches; where nobody does, a line now and then. */
export interface ProgressLine {
  readonly show: (text: string) => void;
  readonly clear: () => void;
}

/** How often the line changes, in milliseconds. */
const INTERVAL = 100;

/** How often something is said where nobody watches, in milliseconds. */
const SILENCE = 10_000;

/** A progress line on the terminal's talk. */
export function progressLine(terminal: Terminal): ProgressLine {
  let last = terminal.live ? 0 : Date.now();
  let shown = false;
  return {
    show: (text) => {
      const now = Date.now();
      if (now - last < (terminal.live ? INTERVAL : SILENCE)) return;
      last = now;
      shown = terminal.live;
      terminal.talk(terminal.live ? `\r\u001b[K${text}` : `${text}\n`);
    },
    clear: () => {
      if (shown) terminal.talk("\r\u001b[K");
      shown = false;
    },
  };
}
