/*
 * Right singular vectors by one-sided Jacobi rotations: Hestenes, J. SIAM 6 (1958); the angle as in Golub and Van Loan,
 * Matrix Computations, 4th ed. (2013), section 8.6.3. An item is a matrix.
 */
#include "kernel.h"

#define MOST_SWEEPS 40
/* Columns count as orthogonal when the cosine of their angle is below it. */
#define NEARLY 1e-6

INLINE double dot_of(const float *a, const float *b, int entries) {
  vec sums = splat(0);
  int i = 0;
  for (; i + LANES <= entries; i += LANES) sums += load(a + i) * load(b + i);
  double total = 0;
  for (int lane = 0; lane < LANES; lane++) total += (double)sums[lane];
  for (; i < entries; i++) total += (double)a[i] * (double)b[i];
  return total;
}

/* (a, b) <- (c a - s b, s a + c b) */
INLINE void rotate(float *a, float *b, int entries, float c, float s) {
  int i = 0;
  for (; i + LANES <= entries; i += LANES) {
    const vec x = load(a + i), y = load(b + i);
    store(a + i, splat(c) * x - splat(s) * y);
    store(b + i, splat(s) * x + splat(c) * y);
  }
  for (; i < entries; i++) {
    const float x = a[i], y = b[i];
    a[i] = c * x - s * y;
    b[i] = s * x + c * y;
  }
}

/* Makes two columns orthogonal; whether they were not. */
static int orthogonalise(float *p, float *q, float *v, float *w, int rows, int columns) {
  const double a = dot_of(p, p, rows), b = dot_of(q, q, rows), g = dot_of(p, q, rows);
  if (!(g * g > NEARLY * NEARLY * a * b)) return 0;
  const double zeta = (b - a) / (2 * g);
  const double size = zeta < 0 ? -zeta : zeta;
  const double tangent = (zeta < 0 ? -1 : 1) / (size + __builtin_sqrt(1 + zeta * zeta));
  const double c = 1 / __builtin_sqrt(1 + tangent * tangent);
  rotate(p, q, rows, (float)c, (float)(c * tangent));
  rotate(v, w, columns, (float)c, (float)(c * tangent));
  return 1;
}

/*
 * arguments: vectors [count, n, n], a vector a row; matrices [count, m, n]; room for count m n floats; m; n
 */
KERNEL(right_singular) {
  const size_t rows = arguments[3], columns = arguments[4];
  for (int item = first; item < last; item++) {
    float *vectors = AT(float, arena, arguments[0]) + (size_t)item * columns * columns;
    const float *matrix = AT(float, arena, arguments[1]) + (size_t)item * rows * columns;
    float *turned = AT(float, arena, arguments[2]) + (size_t)item * rows * columns;
    for (size_t row = 0; row < rows; row++)
      for (size_t column = 0; column < columns; column++)
        turned[column * rows + row] = matrix[row * columns + column];
    for (size_t i = 0; i < columns; i++)
      for (size_t j = 0; j < columns; j++) vectors[i * columns + j] = i == j;
    int turning = 1;
    for (int sweep = 0; sweep < MOST_SWEEPS && turning; sweep++) {
      turning = 0;
      for (size_t p = 0; p + 1 < columns; p++)
        for (size_t q = p + 1; q < columns; q++)
          turning |= orthogonalise(turned + p * rows, turned + q * rows, vectors + p * columns,
                                   vectors + q * columns, (int)rows, (int)columns);
    }
  }
}
