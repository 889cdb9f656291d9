import type { NetFile } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { IrBuilder, parameter } from "../ir/build.ts";
import { checkOnnx } from "../onnx/apply.ts";
import { OnnxFault } from "../onnx/fault.ts";
import { type OnnxNetwork, readOnnx } from "../onnx/network.ts";
import type { Space } from "../types/space.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, report } from "./context.ts";
import type { checkType } from "./writtenTypes.ts";

/** What the file of a network holds, or why that is none; null where there is no file. */
export type NetReading = OnnxNetwork | OnnxFault | null;

/** Reads the file of a network, if there is one. */
export function readNetFile(bytes: Uint8Array | null): NetReading {
  return bytes === null ? null : orFault(() => readOnnx(bytes));
}

function orFault<T>(work: () => T): T | OnnxFault {
  try {
    return work();
  } catch (error) {
    if (error instanceof OnnxFault) return error;
    throw error;
  }
}

/** `file "f.onnx"` as the body of a net, held against the types of its arguments and of its result. */
export function checkNetFile(
  environment: Environment,
  body: NetFile,
  read: NetReading,
  inputs: readonly (Space | null)[],
  result: ReturnType<typeof checkType>,
): NetFile<Typed> {
  const refused = (diagnostic: Diagnostic): NetFile<Typed> => {
    report(environment, diagnostic);
    return { ...body, network: null };
  };
  const { path, span } = body;
  if (read === null)
    return refused(
      diagnose("IPX1031", span, { path, why: "there is no such regular file of at most 1 GiB" }),
    );
  if (read instanceof OnnxFault) return refused(faultOf(body, read));
  const known = inputs.filter((space): space is Space => space !== null);
  if (known.length < inputs.length || result.type.kind !== "value") return { ...body, network: null };
  const { space } = result.type;
  if (result.bounds !== null) {
    return refused(
      diagnose("IPX2041", result.tree.span, { path, why: "the range of what it gives is not known" }),
    );
  }
  const found = orFault(() => {
    const builder = new IrBuilder();
    const variables = known.map((each, index) => parameter(`u${index + 1}`, each, false));
    checkOnnx(builder, read, variables, space);
  });
  return found instanceof OnnxFault ? refused(faultOf(body, found)) : { ...body, network: read };
}

function faultOf({ path, span }: NetFile, { kind, message, operator }: OnnxFault): Diagnostic {
  switch (kind) {
    case "file":
      return diagnose("IPX1031", span, { path, why: sentence(message) });
    case "type":
      return diagnose("IPX2041", span, { path, why: sentence(message) });
    case "operator":
      return diagnose("IPX9005", span, { path, operator: operator ?? "", why: sentence(message) });
  }
}

/** A sentence as what a mark says. */
function sentence(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/u, "");
}
