import type { IrBuilder } from "../ir/build.ts";
import type { Span } from "../source/span.ts";

/** Builds equations that a place in the program asks for: they bear its span. */
export function builtAt<T>(builder: IrBuilder, span: Span, build: () => T): T {
  const around = builder.span;
  builder.span = span;
  const built = build();
  builder.span = around;
  return built;
}
