import type { TargetName } from "../../../compiler/targets.ts";

/** The programs whose compiled forms are kept, with the targets that make sense for each. */
export const TARGETS: Readonly<Record<string, readonly TargetName[]>> = {
  landweber: ["solver", "unrolled"],
  kaczmarz: ["solver", "unrolled"],
  sgd: ["solver", "unrolled"],
  gradient_descent_tikhonov: ["solver", "unrolled", "equilibrium"],
  ista: ["solver", "unrolled", "equilibrium"],
  fista: ["solver", "unrolled"],
  fista_backtracking: ["solver"],
  admm_lasso: ["solver", "unrolled", "equilibrium"],
  tv_chambolle_pock: ["solver", "unrolled"],
  mri_multicoil_tv: ["solver", "unrolled"],
  lista: ["unrolled"],
  lista_cp: ["unrolled"],
  tilista: ["unrolled"],
  lista_cpss: ["unrolled"],
  alista: ["unrolled"],
  de_grad: ["equilibrium", "unrolled"],
  de_prox: ["equilibrium", "unrolled"],
  newton: ["solver"],
  levenberg_marquardt: ["solver"],
  sgp: ["solver"],
  sgp_drs_step: ["solver"],
  sgp_drs_diag: ["solver", "unrolled"],
  sgp_drs_plus: ["solver"],
};
