import { after, NO_OPERATOR, type NormProduct, normOfProduct, turned } from "./composedNorm.ts";
import { add, multiply, ONE, type Scalar, ZERO } from "../scalar/polynomial.ts";
import { reciprocal, simplified, type Unknowns, varies } from "../scalar/unknowns.ts";
import {
  type Atom,
  atomReadsPlaceholder,
  type Combination,
  entrywise,
  filterParts,
  isConstant,
  type Leaf,
  mapParts,
  NOTHING,
  of,
  plus,
  ratio,
  times,
} from "./combination.ts";

/** An operator, or its adjoint, at a combination, part by part. */
export function applyLeaf(leaf: Leaf, adjoint: boolean, a: Combination): Combination {
  return mapParts(a, ({ weight, atom }) => times(weight, leafAt(leaf, adjoint, atom)));
}

/**
 * A'(A p) is one oracle, and so is the chain through several operators. The adjoint of a gradient at A p is the
 * gradient, with respect to p, of the function behind A.
 */
function leafAt(leaf: Leaf, adjoint: boolean, atom: Atom): Combination {
  if (!adjoint && !leaf.symmetric) return of({ kind: "operator", leaf, adjoint, at: atom });
  if (atom.kind === "operator" && !atom.adjoint && atom.leaf.key === leaf.key) {
    return of({ kind: "normal", leaf, at: atom.at });
  }
  if (atom.kind === "normal" && atom.at.kind === "operator" && !atom.at.adjoint) {
    if (atom.at.leaf.key === leaf.key) {
      return of({ kind: "normal", leaf: chain(atom.leaf, leaf), at: atom.at.at });
    }
  }
  if (atom.kind === "gradient") {
    const point = preimage(leaf, atom.point);
    const lipschitz = multiply(atom.lipschitz, multiply(leaf.norm, leaf.norm));
    if (point !== null) return of({ ...atom, point, lipschitz });
  }
  return of({ kind: "operator", leaf, adjoint: adjoint && !leaf.symmetric, at: atom });
}

function chain(outer: Leaf, inner: Leaf): Leaf {
  const { unknowns } = outer;
  const product = after(outer.product, inner.product);
  return {
    key: `${outer.key}*${inner.key}`,
    norm: normOfProduct(unknowns, product),
    product,
    unknowns,
    symmetric: false,
    varies: outer.varies || inner.varies,
  };
}

/** The p with a = A p + (parts without A), or null where there is none. */
function preimage(leaf: Leaf, a: Combination): Combination | null {
  const inside = mapParts(a, ({ weight, atom }) =>
    atom.kind === "operator" && !atom.adjoint && atom.leaf.key === leaf.key
      ? times(weight, of(atom.at))
      : NOTHING,
  );
  return inside.parts.size === 0 ? null : inside;
}

/** A'A at a combination. */
export function applyNormal(leaf: Leaf, a: Combination): Combination {
  return mapParts(a, ({ weight, atom }) => times(weight, of({ kind: "normal", leaf, at: atom })));
}

/** The adjoint of the linear map placeholder -> a (what is constant in a aside), at a combination. */
export function pullBack(a: Combination, at: Combination): Combination {
  return mapParts(a, ({ weight, atom }) => times(weight, pullBackAtom(atom, at)));
}

function pullBackAtom(atom: Atom, at: Combination): Combination {
  switch (atom.kind) {
    case "placeholder":
      return at;
    case "operator":
      return pullBackAtom(atom.at, applyLeaf(atom.leaf, !atom.adjoint, at));
    case "normal":
      return pullBackAtom(atom.at, applyNormal(atom.leaf, at));
    default:
      return NOTHING;
  }
}

/** A bound of the norm of the linear map placeholder -> a; null where the sign of a weight is not known. */
export function linearNorm(a: Combination, absolute: (weight: Scalar) => Scalar | null): Scalar | null {
  return [...a.parts.values()].reduce<Scalar | null>((total, { weight, atom }) => {
    const size = absolute(weight);
    return total === null || size === null ? null : add(total, multiply(size, chainNorm(atom)));
  }, ZERO);
}

/** The norm of the chain of operators from the placeholder to an atom; 0 where the atom does not read it. */
function chainNorm(atom: Atom): Scalar {
  const product = chainOf(atom);
  if (product === null) return ZERO;
  return atom.kind === "operator" || atom.kind === "normal"
    ? normOfProduct(atom.leaf.unknowns, product)
    : ONE;
}

function chainOf(atom: Atom): NormProduct | null {
  switch (atom.kind) {
    case "placeholder":
      return NO_OPERATOR;
    case "operator": {
      const inner = chainOf(atom.at);
      return inner && after(atom.adjoint ? turned(atom.leaf.product) : atom.leaf.product, inner);
    }
    case "normal": {
      const inner = chainOf(atom.at);
      return inner && after(turned(atom.leaf.product), after(atom.leaf.product, inner));
    }
    default:
      return null;
  }
}

/** A variable, the placeholder if none is named, replaced by a point in what is affine in it, and in gradients. */
export function substitute(
  a: Combination,
  point: Combination,
  isVariable: (atom: Atom) => boolean = (atom) => atom.kind === "placeholder",
): Combination {
  const at = (atom: Atom): Combination => {
    if (isVariable(atom)) return point;
    switch (atom.kind) {
      case "operator":
        return applyLeaf(atom.leaf, atom.adjoint, at(atom.at));
      case "normal":
        return applyNormal(atom.leaf, at(atom.at));
      case "gradient": {
        const argument = substitute(atom.argument, point, isVariable);
        return of({ ...atom, argument, point: substitute(atom.point, point, isVariable) });
      }
      case "entrywise":
        return entrywise(at(atom.left), at(atom.right));
      default:
        return of(atom);
    }
  };
  return mapParts(a, ({ weight, atom }) => times(weight, at(atom)));
}

/** Whether a combination is affine in the placeholder, through chains of operators. */
export function isAffine(a: Combination): boolean {
  return [...a.parts.values()].every(({ atom }) => !atomReadsPlaceholder(atom) || isChain(atom));
}

function isChain(atom: Atom): boolean {
  switch (atom.kind) {
    case "placeholder":
      return true;
    case "operator":
    case "normal":
      return isChain(atom.at);
    default:
      return false;
  }
}

/** Whether a is affine in a point: of each chain of operators in it, what stands inside is constant or a multiple. */
export function isAffineIn(unknowns: Unknowns, a: Combination, point: Combination): boolean {
  const insides = new Map<string, Combination>();
  for (const { weight, atom } of a.parts.values()) {
    const { chain: signature, inside, varies: changing } = unchained(atom);
    if (changing) return false;
    insides.set(signature, plus(insides.get(signature) ?? NOTHING, times(weight, of(inside))));
  }
  return [...insides.values()].every((inside) => {
    const moving = filterParts(inside, (part) => !isConstant(unknowns, { parts: new Map([["", part]]) }));
    if (moving.parts.size === 0) return true;
    const by = ratio(unknowns, moving, point, (b, c) =>
      simplified(unknowns, multiply(b, reciprocal(unknowns, c))),
    );
    return by !== null && !varies(unknowns, by);
  });
}

/** An atom without the operators around it. */
function unchained(atom: Atom): { readonly chain: string; readonly inside: Atom; readonly varies: boolean } {
  if (atom.kind !== "operator" && atom.kind !== "normal") return { chain: "", inside: atom, varies: false };
  const rest = unchained(atom.at);
  const sign = atom.kind === "normal" ? "''" : atom.adjoint ? "'" : "";
  return {
    chain: `${atom.leaf.key}${sign}*${rest.chain}`,
    inside: rest.inside,
    varies: atom.leaf.varies || rest.varies,
  };
}
