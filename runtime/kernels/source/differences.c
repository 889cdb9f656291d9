#include "complex.h"

/*
 * Forward differences along several axes, side by side, and their adjoint, in one sweep. A row is what lies behind one
 * index of all axes but the last of them: along that one the neighbour lies `step` floats ahead but at its end, along
 * every other a whole row is the neighbour of a row. A point is `inner` floats, and becomes `axes` times as many.
 */

#define MOST_AXES 8
#define NEUMANN 0
#define PERIODIC 1

/* The boundary, and for each axis its extent and the floats between neighbours. */
typedef struct {
  int axes, inner, boundary;
  const word *extents, *steps;
} grid;

/* A stretch of a row: where the neighbour of its first entry lies, or null for 0, and whether there is a difference. */
typedef struct {
  const float *neighbours[MOST_AXES];
  int differs[MOST_AXES];
} stretch;

/* y = differences of the `count` floats from x on; `count` is a multiple of `inner` */
static void difference(const grid *by, const stretch *of, const float *x, float *y, int count) {
  const int axes = by->axes, inner = axes == 1 ? 1 : by->inner;
  int i = 0;
  if (axes == 2 && inner == 1 && of->neighbours[0] && of->neighbours[1]) {
    const float *a = of->neighbours[0], *b = of->neighbours[1];
    for (; i + LANES <= count; i += LANES) {
      const vec here = load(x + i);
      store_pairs(y + 2 * i, (pairs){load(a + i) - here, load(b + i) - here});
    }
  } else if (axes == 1) {
    const float *a = of->neighbours[0];
    for (; a && i + LANES <= count; i += LANES) store(y + i, load(a + i) - load(x + i));
  }
  if (axes == 2 && inner == 2 && of->neighbours[0] && of->neighbours[1]) {
    const float *a = of->neighbours[0], *b = of->neighbours[1];
    for (; i + 4 <= count; i += 4) {
      const vec4 here = load4(x + i), p = load4(a + i) - here, q = load4(b + i) - here;
      store4(y + 2 * i, __builtin_shufflevector(p, q, 0, 1, 4, 5));
      store4(y + 2 * i + 4, __builtin_shufflevector(p, q, 2, 3, 6, 7));
    }
  }
  for (; i < count; i += inner) {
    for (int axis = 0; axis < axes; axis++) {
      const float *ahead = of->neighbours[axis];
      float *to = y + i * axes + axis * inner;
      for (int c = 0; c < inner; c++) to[c] = of->differs[axis] ? (ahead ? ahead[i + c] : 0) - x[i + c] : 0;
    }
  }
}

/* x = what the stretch behind, whose place is that of its first axis, adds to it, less its own */
static void gathering(const grid *by, const stretch *of, const float *y, float *x, int count) {
  const int axes = by->axes, inner = axes == 1 ? 1 : by->inner;
  int i = 0;
  if (axes == 2 && inner == 1 && of->neighbours[0] && of->neighbours[1] && of->differs[0] && of->differs[1]) {
    const float *a = of->neighbours[0], *b = of->neighbours[1];
    for (; i + LANES <= count; i += LANES) {
      const pairs here = load_pairs(y + 2 * i);
      store(x + i, (load_pairs(a + 2 * i).re - here.re) + (load_pairs(b + 2 * i).im - here.im));
    }
  } else if (axes == 1 && of->neighbours[0] && of->differs[0]) {
    const float *a = of->neighbours[0];
    for (; i + LANES <= count; i += LANES) store(x + i, load(a + i) - load(y + i));
  }
  if (axes == 2 && inner == 2 && of->neighbours[0] && of->neighbours[1] && of->differs[0] && of->differs[1]) {
    const float *a = of->neighbours[0], *b = of->neighbours[1];
    for (; i + 4 <= count; i += 4) {
      const vec4 p = load4(a + 2 * i) - load4(y + 2 * i), q = load4(a + 2 * i + 4) - load4(y + 2 * i + 4);
      const vec4 r = load4(b + 2 * i) - load4(y + 2 * i), s = load4(b + 2 * i + 4) - load4(y + 2 * i + 4);
      store4(x + i, __builtin_shufflevector(p, q, 0, 1, 4, 5) + __builtin_shufflevector(r, s, 2, 3, 6, 7));
    }
  }
  for (; i < count; i += inner) {
    for (int c = 0; c < inner; c++) {
      float sum = 0;
      for (int axis = 0; axis < axes; axis++) {
        const int at = i * axes + axis * inner + c;
        const float *behind = of->neighbours[axis];
        sum += (behind ? behind[at] : 0) - (of->differs[axis] ? y[at] : 0);
      }
      x[i + c] = sum;
    }
  }
}

/* The neighbour of index j along an axis, ahead (+1) or behind (-1), as a distance in steps; 0 in *found for none. */
INLINE int neighbour(const grid *by, int axis, int j, int direction, int *found) {
  const int n = (int)by->extents[axis];
  const int inside = direction > 0 ? j < n - 1 : j > 0;
  *found = inside || by->boundary == PERIODIC;
  return inside ? direction : -direction * (n - 1);
}

/* Floats [from, to) of a row, in stretches whose neighbours are all there, or all not. */
static void row_part(const grid *by, int adjoint, const float *x, float *y, int row, int from, int to) {
  const int axes = by->axes, last = axes - 1, wide = by->axes;
  const int step = (int)by->steps[last], n = (int)by->extents[last], length = n * step;
  const size_t start = (size_t)row * (size_t)length;
  while (from < to) {
    const int j = from / step;
    /* an index of the last axis without a neighbour stands alone */
    const int end = min_int(to, adjoint && j == 0 ? step : j < n - 1 ? (n - 1) * step : length);
    const size_t at = start + (size_t)from;
    stretch of;
    for (int axis = 0; axis < axes; axis++) {
      const int own = (int)by->extents[axis];
      const int index = axis == last ? j : (int)(start / by->steps[axis] % (size_t)own);
      int found;
      const ptrdiff_t far = (ptrdiff_t)neighbour(by, axis, index, adjoint ? -1 : 1, &found) * (ptrdiff_t)by->steps[axis];
      const float *here = x + (adjoint ? at * (size_t)wide : at);
      of.neighbours[axis] = found ? here + (adjoint ? far * wide : far) : NULL;
      of.differs[axis] = by->boundary != NEUMANN || index < own - 1;
    }
    if (adjoint) gathering(by, &of, x + at * (size_t)wide, y + at, end - from);
    else difference(by, &of, x + at, y + at * (size_t)wide, end - from);
    from = end;
  }
}

/*
 * arguments: source, target, adjoint, axes, floats of a point, boundary (0 neumann, 1 periodic, 2 zero), rows, floats
 * of a row, rows of an item, floats of a part of a row, parts of a row, extents (8), floats between neighbours (8);
 * items: rows by their parts
 */
KERNEL(differences) {
  const float *x = AT(float, arena, arguments[0]);
  float *y = AT(float, arena, arguments[1]);
  const grid by = {(int)arguments[3], (int)arguments[4], (int)arguments[5], arguments + 11, arguments + 11 + MOST_AXES};
  const int rows = (int)arguments[6], length = (int)arguments[7], each = (int)arguments[8], part = (int)arguments[9];
  const int parts = (int)arguments[10];
  for (int item = first; item < last; item++) {
    const int start = item / parts * each, from = item % parts * part;
    for (int row = start; row < min_int(rows, start + each); row++)
      row_part(&by, (int)arguments[2], x, y, row, from, min_int(length, from + part));
  }
}
