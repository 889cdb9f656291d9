import type { Case } from "./case.ts";
import { dncnn } from "./dncnn.ts";
import { equilibriumGradient } from "./equilibrium.ts";
import { fistaBatch, fistaSingle } from "./fista.ts";
import { product, triad } from "./floors.ts";
import { fourier256, fourier320, realFourier512 } from "./fourier.ts";
import { inpainting } from "./inpainting.ts";
import { listaBatch, listaCoupledTraining, listaSingle, listaTraining } from "./lista.ts";
import { operators } from "./operators/index.ts";
import { xray, xrayAdjoint } from "./projection.ts";
import { startup } from "./startup.ts";
import { threshold } from "./threshold.ts";
import { tvDeblurring, tvDenoising } from "./totalVariation.ts";
import { unetTraining } from "./unet.ts";
import { waveletPair } from "./wavelet.ts";

/** All cases, in the order of the table; the first two give the floors of the others. */
export const CASES: readonly Case[] = [
  product,
  triad,
  listaCoupledTraining,
  listaTraining,
  listaBatch,
  listaSingle,
  fistaBatch,
  fistaSingle,
  inpainting,
  tvDenoising,
  tvDeblurring,
  fourier256,
  fourier320,
  realFourier512,
  xray,
  xrayAdjoint,
  waveletPair,
  unetTraining,
  dncnn,
  equilibriumGradient,
  threshold,
  ...operators,
  startup,
];
