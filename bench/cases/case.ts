import type { HostArray, Operations } from "ipc/runtime";

/** The engine that a case runs on, and the folder with the data that all participants share. */
export interface Setting {
  readonly operations: Operations;
  /** the engine's name on the command line */
  readonly engine: string;
  readonly folder: string;
}

/** A result to be compared with the others', and what else is worth a note, such as iteration counts. */
export interface Checked {
  readonly result: HostArray;
  readonly notes?: Readonly<Record<string, number>>;
}

/** A case that is ready to run: data are where they are needed, and everything is compiled. */
export interface Opened {
  readonly check: () => Promise<Checked>;
  /** runs so many times, and gives the seconds that all of them took */
  readonly time: (repeats: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Data that participants share, written once a run. */
export interface DataSet {
  readonly name: string;
  readonly write: (folder: string) => Promise<void>;
}

/** One thing that is measured. */
export interface Case {
  readonly name: string;
  readonly title: string;
  readonly data: DataSet;
  /** the largest relative difference, in the 2-norm, of a result from the first peer's */
  readonly tolerance: number;
  /** other bounds, by participants that solve the same problem by another algorithm */
  readonly tolerances?: Readonly<Record<string, number>>;
  /** what cannot be spared: floating-point operations in products and convolutions, bytes to and from memory */
  readonly work: { readonly flops: number; readonly bytes: number };
  /** whose time is the floor, where `work` says less than a library that does nothing else */
  readonly floor?: "fftw";
  /** whether a run is a process of its own, whose kernels nobody sees */
  readonly isProcess?: true;
  readonly open: (setting: Setting) => Promise<Opened>;
}

/** A case of a body that is run again and again; `run` ends when its result is there. */
export function repeated(
  check: () => Promise<Checked>,
  run: () => Promise<unknown>,
  close: () => void,
): Opened {
  return {
    check,
    time: async (repeats) => {
      const start = performance.now();
      for (let count = 0; count < repeats; count += 1) await run();
      return (performance.now() - start) / 1000;
    },
    close: async () => close(),
  };
}
