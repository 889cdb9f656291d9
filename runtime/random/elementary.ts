/**
 * Logarithm and circle functions by additions, multiplications and divisions only, which IEEE 754 fixes to the
 * bit: JavaScript leaves the last bit of Math.log, Math.cos and Math.sin to the engine. Errors are below 1 ulp.
 * Source: fdlibm 5.3 (Sun Microsystems, 1993), e_log.c, k_sin.c, k_cos.c.
 */

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.9082149292705877e-10;
const LOG = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
] as const;
const SINE = [
  -1.66666666666666324348e-1, 8.33333333332248946124e-3, -1.98412698298579493134e-4,
  2.75573137070700676789e-6, -2.50507602534068634195e-8, 1.58969099521155010221e-10,
] as const;
const COSINE = [
  4.16666666666666019037e-2, -1.38888888888741095749e-3, 2.48015872894767294178e-5,
  -2.75573143513906633035e-7, 2.0875723212981748279e-9, -1.13596475577881948265e-11,
] as const;

/** The natural logarithm of a positive normal number. */
export function naturalLog(x: number): number {
  let exponent = 0;
  let mantissa = x;
  while (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const halfSquare = 0.5 * f * f;
  const rest = z * polynomial(LOG, z);
  return exponent * LN2_HIGH - (halfSquare - (s * (halfSquare + rest) + exponent * LN2_LOW) - f);
}

/** Cosine and sine of an angle in turns, 0 <= turns < 1: cos(2 pi turns), sin(2 pi turns). */
export function circle(turns: number): readonly [cosine: number, sine: number] {
  const eighths = Math.floor(turns * 8);
  const quarter = (eighths + 1) >> 1;
  const angle = (turns - quarter / 4) * (2 * Math.PI);
  const z = angle * angle;
  const sine = angle + angle * z * polynomial(SINE, z);
  const cosine = 1 - (0.5 * z - z * z * polynomial(COSINE, z));
  switch (quarter & 3) {
    case 0:
      return [cosine, sine];
    case 1:
      return [-sine, cosine];
    case 2:
      return [-cosine, -sine];
    default:
      return [sine, -cosine];
  }
}

function polynomial(coefficients: readonly number[], z: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * z + coefficient, 0);
}
