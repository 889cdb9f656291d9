/**
 * The contraction factor of x - eta (grad f(x) + x - N(x)) for a mu-strongly convex f with an L-Lipschitz gradient and
 * an eps-Lipschitz N. Source: Gilton, Ongie, Willett (2021), DE-Grad.
 */
export function equilibriumGradientFactor(
  eta: number,
  f: { readonly mu: number; readonly L: number },
  eps: number,
): number {
  return Math.max(Math.abs(1 - eta * (1 + f.mu)), Math.abs(1 - eta * (1 + f.L))) + eta * eps;
}

/** The factor of D(x - eta grad f(x)) where D - I is eps-Lipschitz. Source: Gilton, Ongie, Willett (2021), DE-Prox. */
export function equilibriumProxFactor(
  eta: number,
  f: { readonly mu: number; readonly L: number },
  eps: number,
): number {
  return (1 + eps) * Math.max(Math.abs(1 - eta * f.mu), Math.abs(1 - eta * f.L));
}

/**
 * The factor of T z = z + H(2p - z) - p, p = prox of alpha f at z, for a mu-strongly convex f and an H with an
 * eps-Lipschitz H - I; a = alpha mu. With |z| = 1: |T z| <= r + eps sqrt(1 - 4 a r^2) for some r <= 1/(1 + a).
 */
export function plugAndPlayFactor(a: number, eps: number): number {
  const top = Math.sqrt(eps ** 2 + 1 / (4 * a));
  const at = 1 / (4 * a * top);
  return at <= 1 / (1 + a) ? top : (1 + eps * Math.abs(1 - a)) / (1 + a);
}
