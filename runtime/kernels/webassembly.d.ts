/** What the runtime uses of WebAssembly's interface; the library of TypeScript has it beside all of a browser only. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: SharedArrayBuffer;
    /** Adds pages of 64 KiB; throws RangeError where there is no room. */
    grow(pages: number): number;
  }
  const Memory: {
    new (limits: { readonly initial: number; readonly maximum: number; readonly shared: true }): Memory;
  };

  /** Functions of modules by numbers, as modules call them. */
  interface Table {
    readonly length: number;
    grow(entries: number): number;
    /** Throws TypeError for what is no function of a module. */
    set(index: number, value: unknown): void;
  }
  const Table: { new (type: { readonly element: "anyfunc"; readonly initial: number }): Table };

  interface Global {
    value: number;
  }
  type Exports = Readonly<Record<string, unknown>>;
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

  /** A compiled module, which can be sent to threads. */
  interface Module {
    readonly [Symbol.toStringTag]?: string;
  }
  const Module: { new (binary: Uint8Array<ArrayBuffer>): Module };
  interface Instance {
    readonly exports: Exports;
  }
  const Instance: { new (module: Module, imports: Imports): Instance };
  const Global: { new (type: { readonly value: "i32"; readonly mutable: boolean }, value: number): Global };

  function validate(binary: Uint8Array<ArrayBuffer>): boolean;
}
