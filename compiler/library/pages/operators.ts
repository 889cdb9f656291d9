import type { OperatorName } from "../operators/table.ts";
import { example, type LibraryPage, SOURCES } from "./page.ts";

const IMAGE = "input x : R[h, w]";

/** The pages of the library's operators. */
export const OPERATOR_PAGES: { readonly [N in OperatorName]: LibraryPage } = {
  I: {
    rule: "Norm 1.",
    citation: SOURCES.matrices,
    example: example("n", "input x : R[n]", "let M = 2*I", "output M*x"),
  },
  diag: {
    rule: "Norm max |d|. Positive and nonnegative where d is in [0, inf).",
    citation: SOURCES.matrices,
    example: example("h, w, c", "given d : R[h, w]", "input x : R[h, w, c]", "output diag(d)*x"),
  },
  mask: {
    rule: "Norm max P.",
    citation: "Bertalmio, Sapiro, Caselles, Ballester, Image Inpainting, SIGGRAPH (2000)",
    example: example("h, w", "input P : R[h, w] with binary", IMAGE, "output mask(P)*x"),
  },
  real: {
    rule: "Norm 1.",
    citation: SOURCES.complex,
    example: example("n", "input x : C[n]", "output real*x"),
  },
  imag: {
    rule: "Norm 1.",
    citation: SOURCES.complex,
    example: example("n", "input x : C[n]", "output imag*x"),
  },
  fourier: {
    rule: "Norm 1; the inverse is the adjoint.",
    citation: "Cooley and Tukey, Math. Comp. 19 (1965)",
    example: example(
      "h, w",
      "input P : R[h, w] with binary",
      "input y : C[h, w]",
      "let A : linear R[h, w] -> C[h, w] = mask(P)*fourier",
      "output A'*y",
    ),
  },
  gradient: {
    rule: "Norm^2 <= 4 for each axis; exact for the sizes bound.",
    citation: "Chambolle, J. Math. Imaging Vision 20 (2004)",
    example: example("h, w", IMAGE, "output norm21(gradient*x)"),
  },
  blur: {
    rule:
      "Norm: the largest modulus of the kernel's Fourier transform (periodic); for other boundaries that of the " +
      "extended image, or products with the operator where they say less.",
    citation: "Hansen, Nagy, O'Leary, Deblurring Images, SIAM (2006)",
    example: example(
      "h, w, n",
      "given k : R[n, n]",
      "input y : R[h, w]",
      "let A : linear R[h, w] -> R[h, w] = blur(k)",
      "output A'*y",
    ),
  },
  downsample: {
    rule: "Norm 1: the rows are orthonormal. With `antialias = bicubic` the proved norm of the axes' matrices.",
    citation: "Keys, IEEE Trans. Acoust. Speech Signal Process. 29 (1981)",
    example: example("h, w", "input x : R[2*h, 2*w]", "output downsample(2, antialias = bicubic)*x"),
  },
  bicubic: {
    rule: "The proved norm of the axes' matrices.",
    citation: "Keys, IEEE Trans. Acoust. Speech Signal Process. 29 (1981)",
    example: example("h, w", IMAGE, "output bicubic(2)*x"),
  },
  wavelet: {
    rule:
      "Norm 1 and orthonormal with periodic boundaries. Symmetric ones mirror the image, repeat the border point, and keep " +
      "all coefficients, levels (F - 2) more than points along each axis for F taps: W'W is not a multiple of I, and the norm is " +
      "bounded by the product over the levels of those of their matrices. 2^levels must divide the size less F - 2.",
    citation:
      "Mallat, IEEE Trans. Pattern Anal. Mach. Intell. 11 (1989); Daubechies, Ten Lectures on Wavelets (1992)",
    example: example("h, w", IMAGE, "let W = wavelet(db4, levels = 2)", "output W'*soft(W*x, 0.1)"),
  },
  radon: {
    rule:
      "Norm: |A|^2 <= max (A'A q)/q over the pixels, for weights q > 0 that are improved round by round (Collatz and " +
      "Wielandt; q = 1 is Schur's test): proved, since A has no negative entry. Pixel (i, j) of h x w is the unit " +
      "square around x = j - (w - 1)/2, y = (h - 1)/2 - i; line k at the angle a is " +
      "x cos(a) + y sin(a) = (k - (detectors - 1)/2) spacing; Joseph's method. Every index behind the first two axes is " +
      "an image of its own.",
    citation:
      "Joseph, IEEE Trans. Medical Imaging 1 (1982); Natterer, The Mathematics of Computerized Tomography (1986)",
    example: example(
      "h, w, v, d",
      "given angles : R[v]",
      "input y : R[v, d]",
      "let A : linear R[h, w] -> R[v, d] = radon(angles, detectors = d)",
      "output A'*y",
    ),
  },
  fan_beam: {
    rule:
      "Norm as `radon`. At the angle a the source stands at source (sin(a), -cos(a)), and cell k of the flat detector at " +
      "detector (-sin(a), cos(a)) + s (cos(a), sin(a)) with s = (k - (detectors - 1)/2) spacing, all in pixels from the " +
      "middle of the image. The source stands outside of the image at all angles.",
    citation:
      "Joseph, IEEE Trans. Medical Imaging 1 (1982); Natterer, The Mathematics of Computerized Tomography (1986)",
    example: example(
      "h, w, v, d",
      "given angles : R[v]",
      "input y : R[v, d]",
      "let A : linear R[h, w] -> R[v, d] = fan_beam(angles, detectors = d, source = 500, detector = 250)",
      "output A'*y",
    ),
  },
  filtered_backprojection: {
    rule:
      "Views are padded to twice their length, filtered by Kak and Slaney's ramp times the window, and back-projected " +
      "from cells of a quarter of a pixel. A view counts half of the angles to its neighbours, modulo half a turn; a gap " +
      "above three medians counts as the median. Views of fan beams are over a whole turn, or over half a turn and the fan " +
      "of the image or more, with Parker's weights; fewer miss lines. They are weighted for cosines and distance. For operators as they are: no multiples or parts. Norm: a product of bounds, or the probabilistic bound where that says more.",
    citation:
      "Kak and Slaney, Principles of Computerized Tomographic Imaging (1988), chapter 3; Parker, Med. Phys. 9 (1982); Silver, Med. Phys. 27 (2000)",
    example: example(
      "h, w, v, d",
      "given angles : R[v]",
      "input y : R[v, d]",
      "let A : linear R[h, w] -> R[v, d] = radon(angles, detectors = d)",
      "output filtered_backprojection(A, filter = hann)*y",
    ),
  },
  coils: {
    rule: "Norm: the square root of the largest sum over coils of |S|^2.",
    citation: "Pruessmann, Weiger, Scheidegger, Boesiger, Magn. Reson. Med. 42 (1999)",
    example: example(
      "h, w, c",
      "given S : C[h, w, c]",
      "input y : C[h, w, c]",
      "let A : linear C[h, w] -> C[h, w, c] = fourier*coils(S)",
      "output A'*y",
    ),
  },
  convolution: {
    citation: "LeCun, Bottou, Bengio, Haffner, Proc. IEEE 86 (1998)",
    example: example(
      "h, w",
      IMAGE,
      "learn D : linear R[h, w] -> R[h, w, 8] = convolution(8, init = dct)",
      "output D'*(D*x)",
    ),
  },
  over_channels: {
    rule: "Norm sqrt(c).",
    citation: SOURCES.arrays,
    example: example("h, w", IMAGE, "let E : linear R[h, w] -> R[h, w, 3] = over_channels", "output E*x"),
  },
  over_pixels: {
    rule: "Norm sqrt(h*w).",
    citation: SOURCES.arrays,
    example: example(
      "h, w, c",
      "input x : R[h, w, c]",
      "let E : linear R[c] -> R[h, w, c] = over_pixels",
      "output E'*x",
    ),
  },
  over_axes: {
    rule: "Norm: the square root of the product of the extents of the new axes.",
    citation: SOURCES.arrays,
    example: example(
      "m, n, c",
      "input x : R[m, n, c]",
      "let E : linear R[m, c] -> R[m, n, c] = over_axes(axes = 1)",
      "output E'*x",
    ),
  },
  reshape: {
    rule: "Norm 1.",
    citation: SOURCES.arrays,
    example: example("n", "input x : R[n, n]", "let S : linear R[n, n] -> R[n^2] = reshape", "output S*x"),
  },
  crop: {
    rule:
      "Norm 1; A A' = I. At the `middle` the entry floor(d/2) of an axis becomes the entry floor(e/2), so that a centred " +
      "Fourier transform keeps its origin; at the `corner` the first entry stays the first.",
    citation: "Almeida and Figueiredo, IEEE Trans. Image Process. 22 (2013)",
    example: example("h, w", IMAGE, "let P : linear R[h, w] -> R[8, 8] = crop", "output P'*(P*x)"),
  },
  blockdiag: {
    rule: "Norm: the largest of the parts' norms.",
    citation: SOURCES.matrices,
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input x : X",
      "output blockdiag(A, I)*(x, x)",
    ),
  },
  vstack: {
    rule: "Norm^2 <= the sum of the parts' norms squared.",
    citation: SOURCES.matrices,
    example: example("space X, space Y", "given A : linear X -> Y", "input x : X", "output vstack(A, I)*x"),
  },
  hstack: {
    rule: "Norm^2 <= the sum of the parts' norms squared.",
    citation: SOURCES.matrices,
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input x : X",
      "input y : Y",
      "output hstack(A, I)*(x, y)",
    ),
  },
  inv: {
    citation: SOURCES.matrices,
    example: example(
      "space X, space Y",
      "given A : linear X -> Y",
      "input y : Y",
      "output inv(A'*A + 0.1*I, by = cg(tol = 1e-6))*(A'*y)",
    ),
  },
  pinv: {
    citation: "Hansen, BIT 27 (1987)",
    example: example("n, m", "given A : linear R[n] -> R[m]", "input y : R[m]", "output pinv(A, rank = 5)*y"),
  },
  min_coherence: {
    citation: "Liu, Chen, Wang, Yin, ICLR (2019)",
    example: example(
      "n, m",
      "given A : linear R[n] -> R[m] with unit_columns",
      "input y : R[m]",
      "output min_coherence(A)'*y",
    ),
  },
  bernoulli: {
    rule: "The proved norm of the matrix; its columns have norm 1.",
    citation: "Baraniuk, Davenport, DeVore, Wakin, Constr. Approx. 28 (2008)",
    example: example(
      "m, n",
      "input x : R[n]",
      "let A : linear R[n] -> R[m] = bernoulli(m, n, seed = 1)",
      "output A*x",
    ),
  },
  symmetrised_gradient: {
    rule: "Norm^2 <= 8: that of the differences.",
    citation: "Bredies, Kunisch, Pock, SIAM J. Imaging Sci. 3 (2010)",
    example: example("h, w", "input v : R[h, w, 2]", "output norm21(symmetrised_gradient*v)"),
  },
  gaussian: {
    rule: "Norm: proved from the Gram matrix, with its rounding bound.",
    citation: "Candes and Tao, IEEE Trans. Inf. Theory 52 (2006)",
    example: example(
      "space X",
      "input x : R[500]",
      "output gaussian(250, 500, normalise = columns, seed = 1)*x",
    ),
  },
  patches: {
    rule:
      "P'P multiplies each pixel by the number of patches that cover it; norm: the root of the largest such number. The " +
      "stride is a literal, and divides the sizes less that of a patch, or with `periodic` the sizes.",
    citation: "Zoran and Weiss, ICCV (2011)",
    example: example("h, w", IMAGE, "let P = patches(8, 4)", "output P'*soft(P*x, 0.1)"),
  },
};
