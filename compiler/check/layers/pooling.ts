import type { Expression } from "../../ast/tree.ts";
import type { Typed } from "../../types/typing.ts";
import type { Knowledge } from "../context.ts";
import { expressionText } from "../expressionText.ts";

/** The layer that made an image smaller, such as `maxpool(2)`; null if there is none on its way. */
export function poolingOf(knowledge: Knowledge, image: Expression<Typed>): string | null {
  switch (image.kind) {
    case "pipe":
      return poolingOf(knowledge, image.into) ?? poolingOf(knowledge, image.value);
    case "call": {
      const { call } = image;
      if (call.kind !== "library") return null;
      return call.name === "maxpool" || call.name === "avgpool" ? expressionText(image) : null;
    }
    case "name": {
      if (image.reference.kind !== "symbol") return null;
      const definition = knowledge.definitions.get(image.reference.symbol);
      return definition?.kind === "let" ? poolingOf(knowledge, definition.initial) : null;
    }
    default:
      return null;
  }
}
