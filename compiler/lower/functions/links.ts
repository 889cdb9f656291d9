import type { Variable } from "../../ir/block.ts";
import type { Link } from "../../library/calculus/form.ts";
import { multiplied } from "./multiples.ts";
import { applyAdjointForm, applyForm } from "../operators/operators.ts";
import { lowerOperator, lowerValue } from "../recursion.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable } from "../values.ts";

/** The links of a term at x, with their shifts or without. */
export function applyLinks(site: Site, links: readonly Link[], x: Variable, shifts: boolean): Variable {
  const { builder } = site;
  return links.reduce((image, link) => {
    switch (link.kind) {
      case "scale":
        return multiplied(site, image, link.by);
      case "diagonal":
        return builder.elementwise("mul", [lowerValue(site, link.by), image]);
      case "operator":
        return applyForm(builder, lowerOperator(site, link.operator), image);
      case "shift": {
        if (!shifts) return image;
        const by = lowerValue(site, link.by, spaceOfVariable(image));
        return builder.elementwise(link.sign === 1 ? "add" : "sub", [image, by]);
      }
    }
  }, x);
}

/** The adjoint of the linear part of a chain of links. */
export function applyLinksAdjoint(site: Site, links: readonly Link[], y: Variable): Variable {
  const { builder } = site;
  return [...links].reverse().reduce((image, link) => {
    switch (link.kind) {
      case "scale":
        return multiplied(site, image, link.by);
      case "diagonal":
        return builder.elementwise("mul", [builder.elementwise("conj", [lowerValue(site, link.by)]), image]);
      case "operator":
        return applyAdjointForm(builder, lowerOperator(site, link.operator), image);
      case "shift":
        return image;
    }
  }, y);
}
