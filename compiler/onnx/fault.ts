/**
 * Why a file is no network that a program can have: it cannot be read (`file`), computes what is not known here
 * (`operator`, which is then named), or does not fit its declared type (`type`).
 */
export class OnnxFault extends Error {
  override readonly name = "OnnxFault";
  readonly kind: "file" | "operator" | "type";
  readonly operator: string | null;

  constructor(kind: "file" | "operator" | "type", why: string, operator: string | null = null) {
    super(why);
    this.kind = kind;
    this.operator = operator;
  }
}
