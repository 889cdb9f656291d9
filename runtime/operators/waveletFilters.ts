/** The wavelets of the library, under PyWavelets' names: `db4` and `sym4` have 8 taps, `sym8` has 16. */
export const WAVELET_NAMES = ["haar", "db4", "sym4", "sym8"] as const;
export type WaveletName = (typeof WAVELET_NAMES)[number];

/**
 * Lowpass analysis filters in PyWavelets' order (`dec_lo`), orthonormal to double precision: spectral factors of
 * Daubechies' polynomial, computed with 60 digits and rounded; `sym` are the factors of least asymmetry.
 * Source: Daubechies, Ten Lectures on Wavelets, SIAM 1992, chapter 6 and table 6.3.
 */
export const LOWPASS: { readonly [N in WaveletName]: readonly number[] } = {
  haar: [Math.SQRT1_2, Math.SQRT1_2],
  db4: [
    -0.010597401785069032, 0.0328830116668852, 0.030841381835560764, -0.18703481171909309,
    -0.027983769416859854, 0.6308807679298589, 0.7148465705529157, 0.2303778133088965,
  ],
  sym4: [
    -0.07576571478950221, -0.029635527646002493, 0.497618667632775, 0.8037387518051321, 0.29785779560530606,
    -0.09921954357663353, -0.012603967262031304, 0.032223100604051466,
  ],
  sym8: [
    -0.0033824159510050028, -0.0005421323318000107, 0.03169508781152599, 0.007607487324976609,
    -0.14329423835127267, -0.061273359067811076, 0.4813596512590534, 0.777185751699628, 0.36444189483617895,
    -0.0519458381078818, -0.027219029917103486, 0.04913717967373029, 0.0038087520138944896,
    -0.014952258337062199, -0.0003029205147241331, 0.001889950332767689,
  ],
};
