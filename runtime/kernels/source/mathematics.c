/*
 * Elementary functions of a register of floats, for kernels that are written at run time. NaN and infinities come out
 * as of JavaScript's Math; errors are those of single precision, some units in the last place.
 */
#include "kernel.h"

typedef double dvec __attribute__((vector_size(2 * VECTOR_BYTES)));
typedef int64_t lvec __attribute__((vector_size(2 * VECTOR_BYTES)));

INLINE vec choose(ivec mask, vec yes, vec no) { return (vec)((mask & (ivec)yes) | (~mask & (ivec)no)); }
INLINE vec absolute(vec x) { return (vec)((ivec)x & 0x7fffffff); }
INLINE vec with_sign(vec size, vec x) { return (vec)((ivec)size | ((ivec)x & (int32_t)0x80000000)); }

/* 1.5 * 2^23: added, it leaves a small number rounded to an integer in the last bits. */
#define ROUNDER 12582912.0f

/* e^x: x = n log 2 + r, a polynomial of r (Cephes, expf), and two factors 2^(n/2) that reach denormal numbers. */
INLINE vec exponential_of(vec x) {
  vec bounded = choose(x > splat(89.0f), splat(89.0f), x);
  bounded = choose(bounded < splat(-104.0f), splat(-104.0f), bounded);
  const vec shifted = bounded * splat(1.44269504088896341f) + splat(ROUNDER);
  const ivec exponent = (ivec)shifted - (ivec)splat(ROUNDER);
  const vec n = shifted - splat(ROUNDER);
  const vec r = fma_vec(n, splat(2.12194440e-4f), fma_vec(n, splat(-0.693359375f), bounded));
  vec p = splat(1.9875691500e-4f);
  p = fma_vec(p, r, splat(1.3981999507e-3f));
  p = fma_vec(p, r, splat(8.3334519073e-3f));
  p = fma_vec(p, r, splat(4.1665795894e-2f));
  p = fma_vec(p, r, splat(1.6666665459e-1f));
  p = fma_vec(p, r, splat(5.0000001201e-1f));
  p = fma_vec(p, r * r, r) + splat(1.0f);
  const ivec half = exponent >> 1;
  const vec low = (vec)((half + 127) << 23), high = (vec)((exponent - half + 127) << 23);
  return p * low * high;
}

/* log(1 + e) for e in [0, 1]: 2 artanh(e/(2 + e)) by its series. */
INLINE vec small_log1p(vec e) {
  const vec s = e / (splat(2.0f) + e), z = s * s;
  vec p = splat(2.0f / 15.0f);
  p = fma_vec(p, z, splat(2.0f / 13.0f));
  p = fma_vec(p, z, splat(2.0f / 11.0f));
  p = fma_vec(p, z, splat(2.0f / 9.0f));
  p = fma_vec(p, z, splat(2.0f / 7.0f));
  p = fma_vec(p, z, splat(2.0f / 5.0f));
  p = fma_vec(p, z, splat(2.0f / 3.0f));
  return fma_vec(s * z, p, s + s);
}

EXPORT(exponential) vec exponential(vec x) { return exponential_of(x); }

/* x = 2^n m with m in [sqrt(1/2), sqrt(2)), and a polynomial of m - 1 (Cephes, logf). */
EXPORT(logarithm) vec logarithm(vec x) {
  const ivec tiny = x < splat(1.17549435e-38f);
  const vec normal = choose(tiny, x * splat(8388608.0f), x);
  const ivec bits = (ivec)normal - 0x3f3504f3;
  const vec n = __builtin_convertvector(bits >> 23, vec) - (vec)(tiny & (ivec)splat(23.0f));
  const vec r = (vec)((bits & 0x007fffff) + 0x3f3504f3) - splat(1.0f), z = r * r;
  vec p = splat(7.0376836292e-2f);
  p = fma_vec(p, r, splat(-1.1514610310e-1f));
  p = fma_vec(p, r, splat(1.1676998740e-1f));
  p = fma_vec(p, r, splat(-1.2420140846e-1f));
  p = fma_vec(p, r, splat(1.4249322787e-1f));
  p = fma_vec(p, r, splat(-1.6668057665e-1f));
  p = fma_vec(p, r, splat(2.0000714765e-1f));
  p = fma_vec(p, r, splat(-2.4999993993e-1f));
  p = fma_vec(p, r, splat(3.3333331174e-1f));
  p = fma_vec(p * r, z, n * splat(-2.12194440e-4f));
  const vec result = fma_vec(n, splat(0.693359375f), r + fma_vec(z, splat(-0.5f), p));
  const vec infinite = splat(__builtin_inff());
  const vec finite = choose(x == splat(0.0f), -infinite, choose(x == infinite, infinite, result));
  return choose((x < splat(0.0f)) | (x != x), splat(__builtin_nanf("")), finite);
}

/* A polynomial of x near 0 (Cephes, tanhf), else 1 - 2/(e^2|x| + 1). */
EXPORT(hyperbolic_tangent) vec hyperbolic_tangent(vec x) {
  const vec size = absolute(x), z = x * x;
  vec p = splat(-5.70498872745e-3f);
  p = fma_vec(p, z, splat(2.06390887954e-2f));
  p = fma_vec(p, z, splat(-5.37397155531e-2f));
  p = fma_vec(p, z, splat(1.33314422036e-1f));
  p = fma_vec(p, z, splat(-3.33332819422e-1f));
  const vec near = fma_vec(p * z, x, x);
  const vec far = splat(1.0f) - splat(2.0f) / (exponential_of(size + size) + splat(1.0f));
  return choose(size < splat(0.625f), near, with_sign(far, x));
}

EXPORT(logistic) vec logistic(vec x) { return splat(1.0f) / (splat(1.0f) + exponential_of(-x)); }

/* max(x, 0) + log(1 + e^-|x|) */
EXPORT(softplus) vec softplus(vec x) {
  return choose(x <= splat(0.0f), splat(0.0f), x) + small_log1p(exponential_of(-absolute(x)));
}

/* Two polynomials, of x near 0 and of log(1 - erf |x|) beyond (N. Juffa). */
EXPORT(error_function) vec error_function(vec x) {
  const vec size = absolute(x), t = choose(size > splat(10.0f), splat(10.0f), size), z = x * x;
  vec far = fma_vec(splat(-1.72853470e-5f), t, splat(3.83197126e-4f));
  far = fma_vec(far, t * t, fma_vec(splat(-3.88396438e-3f), t, splat(2.42546219e-2f)));
  far = fma_vec(far, t, splat(-1.06777877e-1f));
  far = fma_vec(far, t, splat(-6.34846687e-1f));
  far = fma_vec(far, t, splat(-1.28717512e-1f));
  far = fma_vec(far, t, -t);
  vec near = splat(-5.96761703e-4f);
  near = fma_vec(near, z, splat(4.99119423e-3f));
  near = fma_vec(near, z, splat(-2.67681349e-2f));
  near = fma_vec(near, z, splat(1.12819925e-1f));
  near = fma_vec(near, z, splat(-3.76125336e-1f));
  near = fma_vec(near, z, splat(1.28379166e-1f));
  const vec beyond = with_sign(splat(1.0f) - exponential_of(far), x);
  return choose(size > splat(0.927734375f), beyond, fma_vec(near, x, x));
}

INLINE dvec double_splat(double value) { return value - (dvec){0}; }
INLINE dvec choose_double(lvec mask, dvec yes, dvec no) {
  return (dvec)((mask & (lvec)yes) | (~mask & (lvec)no));
}

/* log2 x for x >= 0 in double precision, to 1e-11: by artanh. */
INLINE dvec log2_double(dvec x) {
  const int64_t half_root = 0x3fe6a09e667f3bcdLL;
  const lvec bits = (lvec)x - half_root;
  const dvec n = __builtin_convertvector(bits >> 52, dvec);
  const dvec m = (dvec)((bits & 0x000fffffffffffffLL) + half_root);
  const dvec s = (m - 1.0) / (m + 1.0), z = s * s;
  dvec p = double_splat(1.0 / 13);
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  p = p * z + 1.0;
  return n + s * p * (2 * 1.44269504088896340736);
}

/* 2^x in double precision, to 1e-9, for |x| <= 1000. */
INLINE dvec exp2_double(dvec x) {
  const double rounder = 6755399441055744.0;
  const dvec shifted = x + rounder;
  const lvec n = (lvec)shifted - (lvec)double_splat(rounder);
  const dvec r = (x - (shifted - rounder)) * 0.69314718055994530942;
  dvec p = double_splat(1.0 / 40320);
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return p * (dvec)((n + 1023) << 52);
}

/* a^b = 2^(b log2 |a|), negative for negative a and odd b, NaN where b is no integer; 1^inf is NaN as in JavaScript. */
EXPORT(power) vec power(vec a, vec b) {
  const vec size = absolute(a), infinite = splat(__builtin_inff());
  dvec logarithm2 = log2_double(__builtin_convertvector(size, dvec));
  const dvec exponent = __builtin_convertvector(b, dvec);
  const lvec zero = __builtin_convertvector(size == splat(0.0f), lvec);
  const lvec unbounded = __builtin_convertvector(size == infinite, lvec);
  logarithm2 = choose_double(zero, double_splat(-1e300), choose_double(unbounded, double_splat(1e300), logarithm2));
  dvec scaled = exponent * logarithm2;
  scaled = choose_double(scaled > 1000.0, double_splat(1000.0), scaled);
  scaled = choose_double(scaled < -1000.0, double_splat(-1000.0), scaled);
  vec result = __builtin_convertvector(exp2_double(scaled), vec);
  const ivec large = absolute(b) >= splat(16777216.0f);
  const ivec whole = __builtin_convertvector(choose(large, splat(0.0f), b), ivec);
  const ivec integer = large | (__builtin_convertvector(whole, vec) == b);
  result = with_sign(result, (vec)((ivec)a & ((whole & ~large) << 31)));
  ivec undefined = (a < splat(0.0f)) & (size != infinite) & ~integer;
  undefined |= (a != a) | (b != b) | ((size == splat(1.0f)) & (absolute(b) == infinite));
  result = choose(undefined, splat(__builtin_nanf("")), result);
  return choose(b == splat(0.0f), splat(1.0f), result);
}
