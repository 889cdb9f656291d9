#include "lines.h"

/*
 * The discrete Fourier transform of many lines of one length, of pairs or of floats; a line that is read may be
 * multiplied in frequency before it is written.
 */

/* Lines of a block: work items are ranges of blocks, and the caller counts them by this number. */
#define BLOCK 16

/* What entry j of a line l = (o, i) is multiplied by: at o*outer + i*inner + j*step, one float or a pair. */
typedef struct {
  /* null: nothing is multiplied */
  const float *data;
  /* 1 or 2 */
  int floats;
  /* -1 for the conjugate factors */
  float sign;
  /* words: outer, inner, step; in floats */
  const word *strides;
} factor;

/* Registers of factors of neighbouring lines, `side` floats apart; the last `lanes` only, if not all. */
INLINE pairs load_factors(const float *at, int floats, size_t side, int lanes) {
  const vec none = splat(0);
  if (side == 0) return (pairs){splat(at[0]), floats == 2 ? splat(at[1]) : none};
  if (lanes >= LANES && side == (size_t)floats) return floats == 2 ? load_pairs(at) : (pairs){load(at), none};
  float re[LANES] = {0}, im[LANES] = {0};
  for (int k = 0; k < min_int(lanes, LANES); k++) {
    re[k] = at[side * (size_t)k];
    if (floats == 2) im[k] = at[side * (size_t)k + 1];
  }
  return (pairs){load(re), load(im)};
}

INLINE void multiply_rows(planes x, const factor *by, const float *at, int rows, int count, int width,
                          const int floats) {
  const size_t side = by->strides[1];
  const vec sign = splat(by->sign);
  for (int j = 0; j < rows; j++, at += by->strides[2]) {
    for (int q = 0; q < width; q += LANES) {
      const pairs f = load_factors(at + side * (size_t)q, floats, side, count - q);
      float *re = x.re + j * width + q, *im = x.im + j * width + q;
      const pairs y = floats == 2 ? times((pairs){load(re), load(im)}, f.re, f.im * sign)
                                  : (pairs){load(re) * f.re, load(im) * f.re};
      store(re, y.re);
      store(im, y.im);
    }
  }
}

/* The lines from `first` on times their factors; they are of one group. */
static void multiplied(planes x, const factor *by, int inner, int first, int rows, int count, int width) {
  const float *at = by->data + ((size_t)by->strides[0] * (size_t)(first / inner) +
                                (size_t)by->strides[1] * (size_t)(first % inner));
  if (by->floats == 2) multiply_rows(x, by, at, rows, count, width, 2);
  else multiply_rows(x, by, at, rows, count, width, 1);
}

/* The factors between the two halves of a long line; what stands in lanes without a line is never stored. */
INLINE void turn(planes x, const plan *by, int column, int width) {
  for (int j = 0; j < by->length; j++) {
    const float *factors = by->turn + j * by->inner + column;
    for (int q = 0; q < width; q += LANES) {
      const int at = j * width + q;
      const pairs y = times((pairs){load(x.re + at), load(x.im + at)}, load(factors + q),
                            load(factors + by->turn_imaginary + q));
      store(x.re + at, y.re);
      store(x.im + at, y.im);
    }
  }
}

/* Whether so many lines lie side by side in full registers. */
INLINE int abreast(const place *in, int inner, int first, int count) {
  return count == WIDTH && in->strides[1] == 1 && first % inner + count <= inner;
}

/* The transform, or the inverse one where the planes in and out are exchanged. */
static planes inverse_of(planes spectrum, planes room, int width, const plan *by, const edge *end) {
  plan back = *by;
  back.inverse = 1;
  const planes turned = spectrum_of((planes){spectrum.im, spectrum.re}, (planes){room.im, room.re}, width, &back, NULL, end);
  return (planes){turned.im, turned.re};
}

static void transform_lines(const place *from, const place *to, const plan *by, const factor *times, int first,
                            int count, float *room) {
  const int width = (count + LANES - 1) / LANES * LANES;
  const int plane = by->padded * width + 16;
  const planes x = {room, room + plane}, y = {room + 2 * plane, room + 3 * plane};
  const edge source = {line_of(from, by->inner, first), from->strides[2]};
  const edge target = {line_of(to, by->inner, first), to->strides[2]};
  const int several = by->passes > 1 && !by->chirp;
  const edge *begin = several && has_edge(by->radices[0]) && abreast(from, by->inner, first, count) ? &source : NULL;
  const edge *end =
      several && !by->turn && has_edge(by->radices[by->passes - 1]) && abreast(to, by->inner, first, count) ? &target : NULL;
  if (!begin) gather(from, by->inverse ? (planes){x.im, x.re} : x, by->inner, first, count, by->length, width);
  planes result = spectrum_of(x, y, width, by, begin, times->data ? NULL : end);
  if (times->data) {
    multiplied(result, times, by->inner, first, by->length, count, width);
    result = inverse_of(result, result.re == x.re ? y : x, width, by, end);
  }
  if (end) return;
  if (by->turn) turn(result, by, first % by->inner, width);
  if (by->inverse) result = (planes){result.im, result.re};
  scatter(result, to, by->inner, first, count, by->length, width);
}

/* How real lines go: from and to floats, or the half of a spectrum, which says it all; one of both, or floats twice. */
typedef struct {
  /* of the lines, and whether it is odd: then they are transformed as they are, else as half as many pairs */
  int length, odd;
  int from_floats, to_floats;
  /* e^(-2 pi i k / length) for k up to length/4: [k][re, im]; not for odd lengths */
  const float *roots;
} real_plan;

/* Whether floats of even lines are neighbours, so that they stand as pairs. */
INLINE int in_pairs(const place *in, const real_plan *real) { return !real->odd && in->strides[2] == 1; }

/* A place of floats as one of pairs. */
#define PAIRED(in) {(in)->strides[0] / 2, (in)->strides[1] / 2, 1}

/*
 * Even lines x become z_j = x_2j + i x_(2j+1), odd ones z = x, and their transforms the half spectra
 * X_k, k <= length/2. With Z the transform of z, of length m: X_k = E + w^k O for E = (Z_k + conj Z_(m-k))/2,
 * O = (Z_k - conj Z_(m-k))/(2i), w = e^(-2 pi i / length), and X_(m-k) = conj(E - w^k O).
 */
static void untangle(planes z, int m, int width, const float *roots) {
  const vec half = splat(0.5f);
  for (int q = 0; q < width; q += LANES) {
    const vec re = load(z.re + q), im = load(z.im + q);
    store(z.re + q, re + im);
    store(z.im + q, splat(0));
    store(z.re + m * width + q, re - im);
    store(z.im + m * width + q, splat(0));
  }
  for (int k = 1; 2 * k <= m; k++) {
    const vec c = splat(roots[2 * k]), s = splat(roots[2 * k + 1]);
    for (int q = 0; q < width; q += LANES) {
      const int at = k * width + q, mirror = (m - k) * width + q;
      const pairs a = {load(z.re + at), load(z.im + at)}, b = {load(z.re + mirror), load(z.im + mirror)};
      const pairs even = {(a.re + b.re) * half, (a.im - b.im) * half};
      const pairs odd = times((pairs){(a.im + b.im) * half, (b.re - a.re) * half}, c, s);
      store(z.re + at, even.re + odd.re);
      store(z.im + at, even.im + odd.im);
      store(z.re + mirror, even.re - odd.re);
      store(z.im + mirror, odd.im - even.im);
    }
  }
}

/* Its inverse, times two: Z_k = S + T for S = X_k + conj X_(m-k), T = i w^-k (X_k - conj X_(m-k)), Z_(m-k) = conj(S - T). */
static void tangle(planes x, int m, int width, const float *roots) {
  for (int q = 0; q < width; q += LANES) {
    const vec first = load(x.re + q), last = load(x.re + m * width + q);
    store(x.re + q, first + last);
    store(x.im + q, first - last);
  }
  for (int k = 1; 2 * k <= m; k++) {
    const vec c = splat(roots[2 * k]), s = splat(roots[2 * k + 1]);
    for (int q = 0; q < width; q += LANES) {
      const int at = k * width + q, mirror = (m - k) * width + q;
      const pairs a = {load(x.re + at), load(x.im + at)}, b = {load(x.re + mirror), load(x.im + mirror)};
      const pairs sum = {a.re + b.re, a.im - b.im};
      const pairs turned = times((pairs){-(a.im + b.im), a.re - b.re}, c, -s);
      store(x.re + at, sum.re + turned.re);
      store(x.im + at, sum.im + turned.im);
      store(x.re + mirror, sum.re - turned.re);
      store(x.im + mirror, turned.im - sum.im);
    }
  }
}

/* The other half of the spectra of odd real lines; what is imaginary at frequency 0 is left out. */
INLINE void complete(planes x, int length, int width) {
  for (int q = 0; q < width; q += LANES) store(x.im + q, splat(0));
  for (int k = 1; 2 * k < length; k++) {
    for (int q = 0; q < width; q += LANES) {
      store(x.re + (length - k) * width + q, load(x.re + k * width + q));
      store(x.im + (length - k) * width + q, -load(x.im + k * width + q));
    }
  }
}

static void gather_real(const place *from, planes to, const real_plan *real, int inner, int first, int count,
                        int rows, int width) {
  if (in_pairs(from, real)) {
    const word strides[3] = PAIRED(from);
    const place pairs_of = {strides, from->data};
    gather(&pairs_of, to, inner, first, count, rows, width);
  } else if (real->odd) {
    gather_floats(from, to.re, inner, first, count, rows, width, 0, 1);
    __builtin_memset(to.im, 0, (size_t)rows * (size_t)width * sizeof(float));
  } else {
    gather_floats(from, to.re, inner, first, count, rows, width, 0, 2);
    gather_floats(from, to.im, inner, first, count, rows, width, 1, 2);
  }
}

static void scatter_real(planes from, const place *to, const real_plan *real, int inner, int first, int count,
                         int rows, int width) {
  if (in_pairs(to, real)) {
    const word strides[3] = PAIRED(to);
    const place pairs_of = {strides, to->data};
    scatter(from, &pairs_of, inner, first, count, rows, width);
  } else if (real->odd) scatter_floats(from.re, to, inner, first, count, rows, width, 0, 1);
  else {
    scatter_floats(from.re, to, inner, first, count, rows, width, 0, 2);
    scatter_floats(from.im, to, inner, first, count, rows, width, 1, 2);
  }
}

/* `by` is the plan of the transforms: of the length where it is odd, else of its half. */
static void transform_real(const place *from, const place *to, const plan *by, const real_plan *real,
                           const factor *times, int first, int count, float *room) {
  const int width = (count + LANES - 1) / LANES * LANES, half = real->length / 2 + 1;
  const int plane = (by->padded + 1) * width + 16;
  const planes x = {room, room + plane}, y = {room + 2 * plane, room + 3 * plane};
  planes spectrum = x;
  if (real->from_floats) {
    gather_real(from, x, real, by->inner, first, count, by->length, width);
    spectrum = spectrum_of(x, y, width, by, NULL, NULL);
    if (!real->odd) untangle(spectrum, by->length, width, real->roots);
  } else gather(from, x, by->inner, first, count, half, width);
  if (times->data) multiplied(spectrum, times, by->inner, first, half, count, width);
  if (!real->to_floats) {
    scatter(spectrum, to, by->inner, first, count, half, width);
    return;
  }
  if (real->odd) complete(spectrum, real->length, width);
  else tangle(spectrum, by->length, width, real->roots);
  const planes back = inverse_of(spectrum, spectrum.re == x.re ? y : x, width, by, NULL);
  scatter_real(back, to, real, by->inner, first, count, by->length, width);
}

/* What both kernels are told: where lines stand, what is done to them, and which are whose. */
typedef struct {
  place from, to;
  factor times;
  plan by;
  int group, blocks, each;
  float *room;
  size_t room_floats;
} task;

/*
 * arguments: source, target, strides of the source (3), strides of the target (3), lines of a group (blocks do not
 * cross groups), blocks, blocks of an item, factors or 0, floats of a factor, conjugate, strides of the factors (3),
 * room, floats of room for an item, a kernel's own words (3), inner, length of the transforms, padded length (the
 * length itself without Bluestein), twiddles, chirp or 0, spectrum, passes, radices ... ; room for an item is 4 planes
 * of [padded + 1, BLOCK] floats, and 16 more for each
 */
#define OWN_WORDS 19

INLINE task task_of(char *arena, const word *arguments) {
  return (task){
      .from = {arguments + 2, AT(float, arena, arguments[0])},
      .to = {arguments + 5, AT(float, arena, arguments[1])},
      .group = (int)arguments[8],
      .blocks = (int)arguments[9],
      .each = (int)arguments[10],
      .times = {arguments[11] ? AT(float, arena, arguments[11]) : NULL, (int)arguments[12],
                arguments[13] ? -1.0f : 1.0f, arguments + 14},
      .room = AT(float, arena, arguments[17]),
      .room_floats = arguments[18],
      .by = {
          .inner = (int)arguments[22],
          .length = (int)arguments[23],
          .padded = (int)arguments[24],
          .twiddles = AT(float, arena, arguments[25]),
          .chirp = arguments[26] ? AT(float, arena, arguments[26]) : NULL,
          .spectrum = AT(float, arena, arguments[27]),
          .passes = (int)arguments[28],
          .radices = arguments + 29,
      },
  };
}

/* The lines [start, end) of a block. */
typedef struct { int start, end; } range;

INLINE range lines_of(const task *what, int block) {
  const int along = (what->group + BLOCK - 1) / BLOCK;
  const int start = block / along * what->group + block % along * BLOCK;
  return (range){start, min_int(start + BLOCK, (block / along + 1) * what->group)};
}

/* Lines of pairs. Own words: inverse, turn or 0, floats between its planes. */
KERNEL(fourier) {
  task what = task_of(arena, arguments);
  const word *own = arguments + OWN_WORDS;
  what.by.inverse = (int)own[0];
  what.by.turn = own[1] ? AT(float, arena, own[1]) : NULL;
  what.by.turn_imaginary = (int)own[2];
  for (int item = first; item < last; item++) {
    float *room = what.room + (size_t)item * what.room_floats;
    for (int block = item * what.each; block < min_int(what.blocks, (item + 1) * what.each); block++) {
      const range lines = lines_of(&what, block);
      for (int line = lines.start; line < lines.end; line += WIDTH)
        transform_lines(&what.from, &what.to, &what.by, &what.times, line, min_int(WIDTH, lines.end - line), room);
    }
  }
}

/* Lines of floats, or halves of spectra. Own words: the length of lines, 1 from floats + 2 to floats, roots. */
KERNEL(fourier_real) {
  const task what = task_of(arena, arguments);
  const word *own = arguments + OWN_WORDS;
  const real_plan real = {(int)own[0], (int)own[0] % 2, (int)own[1] & 1, (int)own[1] & 2, AT(float, arena, own[2])};
  for (int item = first; item < last; item++) {
    float *room = what.room + (size_t)item * what.room_floats;
    for (int block = item * what.each; block < min_int(what.blocks, (item + 1) * what.each); block++) {
      const range lines = lines_of(&what, block);
      for (int line = lines.start; line < lines.end; line += WIDTH)
        transform_real(&what.from, &what.to, &what.by, &real, &what.times, line, min_int(WIDTH, lines.end - line), room);
    }
  }
}

/* atan2 by a polynomial of the smaller over the larger part, within 2e-8: Abramowitz and Stegun, 4.4.49. */
INLINE vec chosen(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }

INLINE vec argument_of(pairs z) {
  const ivec positive = (ivec){0} + 0x7fffffff;
  const vec re = (vec)((ivec)z.re & positive), im = (vec)((ivec)z.im & positive);
  const ivec steep = im > re;
  const vec larger = chosen(steep, im, re), smaller = chosen(steep, re, im);
  const vec none = splat(0), one = splat(1);
  vec t = chosen(larger == none, none, smaller / larger);
  t = chosen(smaller == larger, chosen(larger == none, none, one), t);
  const vec s = t * t;
  vec y = splat(0.0028662257f);
  y = fma_vec(y, s, splat(-0.0161657367f));
  y = fma_vec(y, s, splat(0.0429096138f));
  y = fma_vec(y, s, splat(-0.0752896400f));
  y = fma_vec(y, s, splat(0.1065626393f));
  y = fma_vec(y, s, splat(-0.1420889944f));
  y = fma_vec(y, s, splat(0.1999355085f));
  y = fma_vec(y, s, splat(-0.3333314528f));
  y = fma_vec(y * s, t, t);
  y = chosen(steep, splat(1.5707963267948966f) - y, y);
  y = chosen(z.re < none, splat(3.141592653589793f) - y, y);
  y = chosen(z.im < none, -y, y);
  return chosen((z.re != z.re) | (z.im != z.im), z.re + z.im, y);
}

/* arguments: pairs, result, entries, entries of an item */
KERNEL(phase) {
  const float *from = AT(float, arena, arguments[0]);
  float *to = AT(float, arena, arguments[1]);
  const int entries = (int)arguments[2], size = (int)arguments[3];
  const int end = min_int(last * size, entries);
  int i = first * size;
  for (; i + LANES <= end; i += LANES) store(to + i, argument_of(load_pairs(from + 2 * i)));
  if (i < end) {
    float rest[2 * LANES] = {0}, arguments_of[LANES];
    for (int k = 0; k < 2 * (end - i); k++) rest[k] = from[2 * i + k];
    store(arguments_of, argument_of(load_pairs(rest)));
    for (int k = 0; i + k < end; k++) to[i + k] = arguments_of[k];
  }
}
