/** Parts from which a program for the LASSO is made. */
export interface Parts {
  /** further declarations, above the states */
  readonly declarations?: string;
  readonly states?: string;
  readonly step: string;
  /** of `A` */
  readonly properties?: string;
  /** null for none */
  readonly objective?: string | null;
  readonly output?: string;
  readonly counter?: string;
  readonly target?: string;
}

/** min 1/2 |Ax - y|^2 + lambda |x|_1 by the given step. */
export function lasso(parts: Parts): string {
  const output = parts.output ?? "x";
  const objective = parts.objective === undefined ? `f(${output}) + g(${output})` : parts.objective;
  return `program p[space X in R, space Y in R] {
  given A      : linear X -> Y ${parts.properties ?? ""}
  given lambda : R in (0, inf) = 0.1
  input y      : Y
  fun f(x : X) = 1/2*norm2sq(A*x - y)
  fun g(x : X) = lambda*norm1(x)
  ${parts.declarations ?? ""}
  ${parts.states ?? "state x : X = 0"}
  step ${parts.counter ?? ""} {
${parts.step}
  }
  ${objective === null ? "" : `objective ${objective}`}
  output ${output}
  ${parts.target ?? "converge(max = 100)"}
}
`;
}

export const LEARNED_STEP = "learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)";
export const SHORT_STEP = "let t = 1/lip(grad f)";

const FISTA_STATES = `state x : X = 0
  state z : X = x
  state s : R in [1, inf) = 1`;

/** FISTA with one of its lines replaced. */
export function fista(parts: {
  readonly update?: string;
  readonly sequence?: string;
  readonly momentum?: string;
  readonly declarations?: string;
  readonly states?: string;
}): string {
  return lasso({
    declarations: parts.declarations ?? SHORT_STEP,
    states: parts.states ?? FISTA_STATES,
    step: `    x <- ${parts.update ?? "prox(t*g)(z - t*grad f(z))"}
    s <- ${parts.sequence ?? "(1 + sqrt(1 + 4*s^2))/2"}
    z <- x + ${parts.momentum ?? "(old s - 1)/s"}*(x - old x)`,
  });
}

/** FISTA with backtracking, with one of its parts replaced. */
export function backtracking(parts: {
  readonly state?: string;
  readonly before?: string;
  readonly model?: string;
  readonly slack?: string;
  readonly growth?: string;
  readonly prox?: string;
  readonly after?: string;
}): string {
  const prox = parts.prox ?? "g/L";
  return lasso({
    states: `state x : X = 0
  state z : X = x
  state s : R in [1, inf) = 1
  ${parts.state ?? "state L : R in (0, inf) = 0.1"}`,
    step: `    ${parts.before ?? ""}
    let fz = f(z)
    let gz = grad f(z)
    var xn = prox(${prox})(z - gz/L)
    while f(xn) > fz + dot(gz, xn - z) + ${parts.model ?? "L/2"}*norm2sq(xn - z) + ${parts.slack ?? "1e-6"}*abs(fz) max 60 {
      L  <- ${parts.growth ?? "2*L"}
      xn <- prox(${prox})(z - gz/L)
    }
    x <- xn
    s <- (1 + sqrt(1 + 4*s^2))/2
    z <- x + (old s - 1)/s*(x - old x)
    ${parts.after ?? ""}`,
  });
}

/** ADMM with one of its lines replaced. */
export function admm(parts: {
  readonly x?: string;
  readonly relaxed?: string;
  readonly z?: string;
  readonly u?: string;
  readonly declarations?: string;
  readonly states?: string;
  readonly after?: string;
}): string {
  return lasso({
    declarations: parts.declarations ?? "given rho : R in (0, inf) = 1",
    states: parts.states ?? "state x : X = 0\n  state z : X = 0\n  state u : X = 0",
    output: "z",
    step: `    x <- ${parts.x ?? "solve(A'*A + rho*I, A'*y + rho*(z - u), by = cg(tol = 1e-14, max = 50))"}
    ${parts.relaxed ?? "let h = x"}
    z <- ${parts.z ?? "prox(g/rho)(h + u)"}
    u <- ${parts.u ?? "u + h - z"}
    ${parts.after ?? ""}`,
  });
}

/** A primal-dual step for min e(K x) + h(x), with one of its parts replaced. */
export function primalDual(parts: {
  readonly properties?: string;
  readonly tau?: string;
  readonly sigma?: string;
  readonly functions?: string;
  readonly states?: string;
  readonly step?: string;
  readonly objective?: string;
  readonly data?: string;
}): string {
  return `program p[space X in R, space Y in R] {
  given K : linear X -> Y ${parts.properties ?? "with norm <= 2"}
  input y : ${parts.data ?? "Y"}
  let tau = ${parts.tau ?? "0.99/norm(K)"}
  let sigma = ${parts.sigma ?? "1/norm(K)"}
  ${parts.functions ?? "fun e(q : Y) = 0.3*norm1(q - y)"}
  state x : X = 0
  ${parts.states ?? "state p : Y = 0\n  state b : X = x"}
  step {
    ${parts.step ?? "p <- prox(sigma*conjugate(e))(p + sigma*K*b)\n    x <- x - tau*K'*p\n    b <- 2*x - old x"}
  }
  objective ${parts.objective ?? "e(K*x)"}
  output x
  converge(max = 100)
}
`;
}

/** A line search along a direction z of F = f + g, with one of its parts replaced. */
export function lineSearch(parts: {
  readonly declarations?: string;
  readonly direction?: string;
  readonly slope?: string;
  readonly tested?: string;
  readonly shrink?: string;
  readonly beta?: string;
  readonly slack?: string;
}): string {
  const F = parts.tested ?? "F";
  return lasso({
    declarations: `${parts.declarations ?? SHORT_STEP}\n  fun F(x : X) = f(x) + g(x)`,
    step: `    let gx = grad f(x)
    ${parts.direction ?? "let z = prox(t*g)(x - t*gx) - x"}
    let D = ${parts.slope ?? "dot(gx, z) + g(x + z) - g(x)"}
    var c = 1
    while ${F}(x + c*z) > ${F}(x) + ${parts.beta ?? "1e-4"}*c*D + ${parts.slack ?? "1e-6"}*abs(${F}(x)) max 60 { c <- ${parts.shrink ?? "c/2"} }
    x <- x + c*z`,
  });
}

/** DRS+ with a direction from a given scaling instead of a network, and one of its parts replaced. */
export function relaxedDirection(parts: {
  readonly accepts?: string;
  readonly length?: string;
  readonly fallback?: string;
  readonly slope?: string;
}): string {
  return lasso({
    declarations: `given d : X in (0, inf)
  given s : R in (0, 1] = 0.1
  given M : R in [1, inf) = 100
  let t = 1/lip(grad f)
  fun F(x : X) = f(x) + g(x)
  fun slope(x : X, gx : X, z : X) = dot(gx, z) + g(x + z) - g(x)
  fun admissible(z : X, D : R, D2 : R) = ${parts.accepts ?? "D <= s*D2"} and ${parts.length ?? "norm2sq(z) <= -M^2*t*D2"}`,
    states: "state x : X = 0\n  state gamma1 : R in (0, 1] = 1",
    step: `    let gx = grad f(x)
    let z2 = prox(t*g)(x - t*gx) - x
    let D2 = slope(x, gx, z2)
    let xt = prox(g, scaling = d)(x - d .* gx)
    let z1 = prox(t*g)(xt - t*grad f(xt)) - x
    var z  = gamma1*z1 + (1 - gamma1)*z2
    while not admissible(z, slope(x, gx, z), D2) max 6 { gamma1 <- 0.8*gamma1; z <- gamma1*z1 + (1 - gamma1)*z2 }
    if not admissible(z, slope(x, gx, z), D2) { z <- ${parts.fallback ?? "z2"} }
    let Fx = F(x)
    var c = 1
    while F(x + c*z) > Fx + 1e-4*c*${parts.slope ?? "slope(x, gx, z)"} + 1e-6*abs(Fx) max 60 { c <- c/2 }
    x <- x + c*z`,
  });
}

/** A step with a given map D, or a network, in it. */
export function plugAndPlay(parts: {
  readonly bound: string;
  readonly step: string;
  /** further terms of f */
  readonly smooth?: string;
  readonly declarations?: string;
}): string {
  return `program p[space X in R, space Y in R] {
  given A : linear X -> Y with norm <= 1
  given D : X -> X ${parts.bound}
  input y : Y
  fun f(x : X) = 1/2*norm2sq(A*x - y) ${parts.smooth ?? ""}
  ${parts.declarations ?? "let t = 1/lip(grad f)"}
  state x : X = 0
  step { ${parts.step} }
  output x
  converge(max = 100)
}
`;
}

/** Scaled gradient projection, with one of its parts replaced. */
export function scaledProjection(parts: {
  readonly t?: string;
  readonly scaling?: string;
  readonly rho?: string;
  readonly projection?: string;
}): string {
  return `program p[space X in R, space Y in R] {
  given A : linear X -> Y
  given c : R in (0, inf) = 10
  given p : R in (1, inf) = 2.1
  input y : Y
  fun f(x : X) = 1/2*norm2sq(A*x - y)
  state x : X = proj(nonnegative)(A'*y)
  state t : ${parts.t ?? "R in [0.01, 10]"} = 1
  step k {
    let rho = ${parts.rho ?? "sqrt(1 + c/(k + 1)^p)"}
    let gx = grad f(x)
    let d  = ${parts.scaling ?? "clip(abs(x) .+ 0.1, 1/rho, rho)"}
    let z  = ${parts.projection ?? "proj(nonnegative)(x - t*d .* gx)"} - x
    let fx = f(x)
    var g = 1
    while f(x + g*z) > fx + 1e-4*g*dot(gx, z) + 1e-6*abs(fx) max 60 { g <- g/2 }
    x <- x + g*z
    let w = x - old x
    t <- clip(dot(w, w)/max(dot(w, grad f(x) - gx), 1e-12), 0.01, 10)
  }
  objective f(x)
  output x
  converge(max = 100)
}
`;
}
