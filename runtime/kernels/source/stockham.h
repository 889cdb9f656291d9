/*
 * Discrete Fourier transforms of WIDTH lines at once, on planes [length, width] of their real and imaginary parts, by
 * Stockham's autosorting passes; the inverse has these planes exchanged. Other factors than those of `butterfly` go by
 * Bluestein's convolution.
 * Sources: Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992, sections 1.7, 2.1 and 4.2.
 */
#pragma once
#include "complex.h"

#define MOST_RADIX 61
/* Lines that are transformed at once. */
#define WIDTH (LANES > 8 ? LANES : 8)

typedef struct { float *re, *im; } planes;

typedef struct {
  int length, inner, inverse, passes, padded;
  const word *radices;
  /* of Stockham's passes: [p][k - 1][re, im] for each, and before them [r][re, im] where r has no butterfly */
  const float *twiddles;
  /* Bluestein's, or null: [length][re, im], and the transform of its mirror over `padded`: [padded][re, im] */
  const float *chirp, *spectrum;
  /* null, or what entry j of line i is multiplied by: planes [length, inner], `turn_imaginary` floats apart */
  const float *turn;
  int turn_imaginary;
} plan;

/* cos(2 pi k / r) and sin(2 pi k / r) for odd r */
INLINE float cosine(const int r, const int k) {
  if (k == 0) return 1;
  if (r == 3) return -0.5f;
  if (r == 5) return k == 1 || k == 4 ? 0.30901699437494745f : -0.8090169943749475f;
  return k == 1 || k == 6 ? 0.6234898018587336f : k == 2 || k == 5 ? -0.2225209339563144f : -0.9009688679024191f;
}

INLINE float sine(const int r, const int k) {
  if (2 * k > r) return -(r == 3 ? 0.8660254037844386f
                          : r == 5 ? (k == 4 ? 0.9510565162951535f : 0.5877852522924731f)
                          : k == 6 ? 0.7818314824680298f
                          : k == 5 ? 0.9749279121818236f
                                   : 0.4338837391175581f);
  if (k == 0) return 0;
  if (r == 3) return 0.8660254037844386f;
  if (r == 5) return k == 1 ? 0.9510565162951535f : 0.5877852522924731f;
  return k == 1 ? 0.7818314824680298f : k == 2 ? 0.9749279121818236f : 0.4338837391175581f;
}

INLINE void butterfly4(pairs *a, pairs *b, pairs *c, pairs *d) {
  const pairs e = add_pairs(*a, *c), f = subtract_pairs(*a, *c), g = add_pairs(*b, *d), h = subtract_pairs(*b, *d);
  *a = add_pairs(e, g);
  *b = subtract_turned(f, h);
  *c = subtract_pairs(e, g);
  *d = add_turned(f, h);
}

INLINE void butterfly8(pairs *x) {
  const vec half = splat(0.7071067811865476f);
  butterfly4(&x[0], &x[2], &x[4], &x[6]);
  butterfly4(&x[1], &x[3], &x[5], &x[7]);
  const pairs a = x[0], b = x[2], c = x[4], d = x[6];
  const pairs e = x[1];
  const pairs f = {(x[3].re + x[3].im) * half, (x[3].im - x[3].re) * half};
  const pairs g = x[5];
  const pairs h = {(x[7].im - x[7].re) * half, (x[7].re + x[7].im) * -half};
  x[0] = add_pairs(a, e);
  x[1] = add_pairs(b, f);
  x[2] = subtract_turned(c, g);
  x[3] = add_pairs(d, h);
  x[4] = subtract_pairs(a, e);
  x[5] = subtract_pairs(b, f);
  x[6] = add_turned(c, g);
  x[7] = subtract_pairs(d, h);
}

/* r odd: entries k and r - k together, as their sums and differences */
INLINE void butterfly_odd(const int r, pairs *x) {
  pairs sums[3], differences[3];
  const pairs first = x[0];
  pairs total = first;
  for (int k = 1; k <= r / 2; k++) {
    sums[k - 1] = add_pairs(x[k], x[r - k]);
    differences[k - 1] = subtract_pairs(x[k], x[r - k]);
    total = add_pairs(total, sums[k - 1]);
  }
  x[0] = total;
  for (int j = 1; j <= r / 2; j++) {
    pairs even = first;
    pairs odd = {splat(0), splat(0)};
    for (int k = 1; k <= r / 2; k++) {
      const vec c = splat(cosine(r, j * k % r)), s = splat(sine(r, j * k % r));
      even = (pairs){fma_vec(sums[k - 1].re, c, even.re), fma_vec(sums[k - 1].im, c, even.im)};
      odd = (pairs){fma_vec(differences[k - 1].re, s, odd.re), fma_vec(differences[k - 1].im, s, odd.im)};
    }
    x[j] = subtract_turned(even, odd);
    x[r - j] = add_turned(even, odd);
  }
}

INLINE void butterfly(const int r, pairs *x) {
  if (r == 2) {
    const pairs a = x[0], b = x[1];
    x[0] = add_pairs(a, b);
    x[1] = subtract_pairs(a, b);
  } else if (r == 4) butterfly4(&x[0], &x[1], &x[2], &x[3]);
  else if (r == 8) butterfly8(x);
  else butterfly_odd(r, x);
}

/* One pass of radix r: r subsequences of m entries, of `stride` floats each; the factors are [m][r - 1][re, im]. */
INLINE void pass(const int r, const int turned, planes from, planes to, int m, int stride, const float *factors) {
  for (int p = 0; p < m; p++, factors += 2 * (r - 1)) {
    for (int q = 0; q < stride; q += LANES) {
      pairs x[8];
      for (int k = 0; k < r; k++) {
        const int at = q + stride * (p + m * k);
        x[k] = (pairs){load(from.re + at), load(from.im + at)};
      }
      butterfly(r, x);
      for (int k = 0; k < r; k++) {
        const int at = q + stride * (r * p + k);
        if (turned && k > 0) x[k] = times(x[k], splat(factors[2 * k - 2]), splat(factors[2 * k - 1]));
        store(to.re + at, x[k].re);
        store(to.im + at, x[k].im);
      }
    }
  }
}

/* The same for any odd radix: e^(2 pi i k / r) for k < r, then the factors. */
static void pass_odd(const int r, planes from, planes to, int m, int stride, const float *roots) {
  const int half = r / 2;
  const float *factors = roots + 2 * r;
  pairs sums[MOST_RADIX / 2 + 1], differences[MOST_RADIX / 2 + 1];
  for (int p = 0; p < m; p++, factors += 2 * (r - 1)) {
    for (int q = 0; q < stride; q += LANES) {
      const int start = q + stride * p, step = stride * m;
      const pairs first = {load(from.re + start), load(from.im + start)};
      pairs total = first;
      for (int k = 1; k <= half; k++) {
        const int a = start + k * step, b = start + (r - k) * step;
        const pairs x = {load(from.re + a), load(from.im + a)}, y = {load(from.re + b), load(from.im + b)};
        sums[k] = add_pairs(x, y);
        differences[k] = subtract_pairs(x, y);
        total = add_pairs(total, sums[k]);
      }
      const int target = q + stride * r * p;
      store(to.re + target, total.re);
      store(to.im + target, total.im);
      for (int j = 1; j <= half; j++) {
        pairs even = first, odd = {splat(0), splat(0)};
        for (int k = 1, root = j; k <= half; k++, root = root + j < r ? root + j : root + j - r) {
          const vec c = splat(roots[2 * root]), s = splat(roots[2 * root + 1]);
          even = (pairs){fma_vec(sums[k].re, c, even.re), fma_vec(sums[k].im, c, even.im)};
          odd = (pairs){fma_vec(differences[k].re, s, odd.re), fma_vec(differences[k].im, s, odd.im)};
        }
        pairs x = subtract_turned(even, odd), y = add_turned(even, odd);
        if (m > 1) {
          x = times(x, splat(factors[2 * j - 2]), splat(factors[2 * j - 1]));
          y = times(y, splat(factors[2 * (r - j) - 2]), splat(factors[2 * (r - j) - 1]));
        }
        store(to.re + target + stride * j, x.re);
        store(to.im + target + stride * j, x.im);
        store(to.re + target + stride * (r - j), y.re);
        store(to.im + target + stride * (r - j), y.im);
      }
    }
  }
}

/* Full rows of neighbouring lines in the array: what the first and the last pass may read and write themselves. */
typedef struct {
  float *data;
  size_t step;
} edge;

/* The first pass, straight from the array; `exchanged` reads imaginary parts as real ones. */
INLINE void first_pass(const int r, const int exchanged, const edge *from, planes to, int m, const float *factors) {
  for (int p = 0; p < m; p++, factors += 2 * (r - 1)) {
    for (int q = 0; q < WIDTH; q += LANES) {
      pairs x[8];
      for (int k = 0; k < r; k++) {
        x[k] = load_pairs(from->data + 2 * (from->step * (size_t)(p + m * k) + (size_t)q));
        if (exchanged) x[k] = (pairs){x[k].im, x[k].re};
      }
      butterfly(r, x);
      for (int k = 0; k < r; k++) {
        const int at = q + WIDTH * (r * p + k);
        if (k > 0) x[k] = times(x[k], splat(factors[2 * k - 2]), splat(factors[2 * k - 1]));
        store(to.re + at, x[k].re);
        store(to.im + at, x[k].im);
      }
    }
  }
}

/* The last pass, straight to the array. */
INLINE void last_pass(const int r, const int exchanged, planes from, const edge *to, int rows) {
  for (int j = 0; j < rows; j++) {
    for (int q = 0; q < WIDTH; q += LANES) {
      pairs x[8];
      for (int k = 0; k < r; k++) {
        const int at = q + WIDTH * (j + rows * k);
        x[k] = (pairs){load(from.re + at), load(from.im + at)};
      }
      butterfly(r, x);
      for (int k = 0; k < r; k++) {
        if (exchanged) x[k] = (pairs){x[k].im, x[k].re};
        store_pairs(to->data + 2 * (to->step * (size_t)(j + rows * k) + (size_t)q), x[k]);
      }
    }
  }
}

#define EDGE(r, exchanged)                                                      \
  case 2 * r + exchanged:                                                       \
    if (begin) first_pass(r, exchanged, begin, to, m, factors);                 \
    else last_pass(r, exchanged, from, end, stride / WIDTH);                    \
    break

/* A pass between the array (one of `begin` and `end` is not null) and planes. */
static void edge_pass(int r, int exchanged, const edge *begin, planes from, planes to, const edge *end, int m,
                      int stride, const float *factors) {
  switch (2 * r + exchanged) {
    EDGE(4, 0);
    EDGE(4, 1);
    EDGE(5, 0);
    EDGE(5, 1);
    EDGE(8, 0);
    EDGE(8, 1);
  }
}

INLINE int has_edge(word radix) { return radix == 4 || radix == 5 || radix == 8; }

#define PASS(r)                                                     \
  case r:                                                           \
    if (m > 1) pass(r, 1, from, to, m, stride, factors);            \
    else pass(r, 0, from, to, m, stride, factors);                  \
    break

/*
 * The transform of [length, width] in `from`; gives which of the two has it. The first pass reads from
 * `begin`, if any, and the last one writes to `end`.
 */
static planes transformed(planes from, planes to, int length, int width, const plan *by, const edge *begin,
                          const edge *end) {
  const float *factors = by->twiddles;
  int m = length, stride = width;
  for (int i = 0; i < by->passes; i++) {
    const int r = (int)by->radices[i];
    m /= r;
    if (i == 0 && begin) edge_pass(r, by->inverse, begin, from, to, NULL, m, stride, factors);
    else if (i == by->passes - 1 && end) edge_pass(r, by->inverse, NULL, from, to, end, m, stride, factors);
    else {
      switch (r) {
        PASS(2);
        PASS(3);
        PASS(4);
        PASS(5);
        PASS(7);
        PASS(8);
        default:
          pass_odd(r, from, to, m, stride, factors);
          factors += 2 * r;
      }
    }
    factors += 2 * (r - 1) * m;
    stride *= r;
    const planes other = from;
    from = to;
    to = other;
  }
  return from;
}

/* Row by row times a factor that its entries share. */
INLINE void scaled(planes x, int rows, int width, const float *factors) {
  for (int j = 0; j < rows; j++) {
    const vec re = splat(factors[2 * j]), im = splat(factors[2 * j + 1]);
    for (int q = j * width; q < (j + 1) * width; q += LANES) {
      const pairs y = times((pairs){load(x.re + q), load(x.im + q)}, re, im);
      store(x.re + q, y.re);
      store(x.im + q, y.im);
    }
  }
}

/* Bluestein: the products jk are halves of j^2 + k^2 - (j - k)^2, so that the transform is a convolution. */
static planes convolved(planes from, planes to, int width, const plan *by) {
  scaled(from, by->length, width, by->chirp);
  const size_t rest = (size_t)(by->padded - by->length) * (size_t)width * sizeof(float);
  __builtin_memset(from.re + by->length * width, 0, rest);
  __builtin_memset(from.im + by->length * width, 0, rest);
  const planes spectrum = transformed(from, to, by->padded, width, by, NULL, NULL);
  scaled(spectrum, by->padded, width, by->spectrum);
  const planes other = spectrum.re == from.re ? to : from;
  const planes turned = transformed((planes){spectrum.im, spectrum.re}, (planes){other.im, other.re}, by->padded,
                                    width, by, NULL, NULL);
  const planes result = {turned.im, turned.re};
  scaled(result, by->length, width, by->chirp);
  return result;
}

/* The transform of the lines in `from`, by the way that their length takes; `to` is as much room again. */
static planes spectrum_of(planes from, planes to, int width, const plan *by, const edge *begin, const edge *end) {
  return by->chirp ? convolved(from, to, width, by) : transformed(from, to, by->length, width, by, begin, end);
}
