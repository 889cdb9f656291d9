#include "kernel.h"
#if !defined(__wasm__)
#include <time.h>
#endif

/*
 * Runs of kernels one after the other, by as many threads as come: all take pieces of the same run, and go on to the
 * next when its last piece is done. A thread that comes late goes on where the others are; none is waited for but those
 * that are in a piece.
 */

typedef void Kernel(char *, const word *, int, int);

/* A run, whose items are cut in pieces. */
typedef struct {
  /* the kernel: a place in the table of functions, or the two halves of an address */
  word kernel[2];
  /* where its arguments stand, in bytes */
  word place;
  word items, chunk, pieces, unused[2];
} Step;

/* Where the threads are: the step in the upper half, and the next piece of it that nobody has claimed. */
#define SHIFT 32

/*
 * A thread looks so often for the next step, some 100 microseconds, before it naps in between: on a busy computer one
 * that naps gets its turn when there is work, where one that waits awake has had it by then.
 */
#if defined(__wasm__)
#define EAGER 32768
#else
#define EAGER 8192
#endif
/* Naps grow from the first to the last length, in nanoseconds: who has to wait long is not needed soon. */
#define NAP 20000
#define LONGEST_NAP 320000

INLINE void rest(word waited, word *done) {
  if (waited > EAGER) {
    const word nap = waited - EAGER < LONGEST_NAP / NAP ? (waited - EAGER) * NAP : LONGEST_NAP;
#if defined(__wasm__)
    __builtin_wasm_memory_atomic_wait32((int *)done, (int)__atomic_load_n(done, __ATOMIC_ACQUIRE), nap);
#else
    nanosleep(&(struct timespec){.tv_nsec = nap}, NULL);
#endif
    return;
  }
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

INLINE void run_piece(char *arena, const Step *step, word piece) {
  Kernel *kernel = (Kernel *)(uintptr_t)(step->kernel[0] | (uint64_t)step->kernel[1] << 32);
  const word first = piece * step->chunk, end = first + step->chunk;
  kernel(arena, AT(word, arena, step->place), (int)first, (int)(end < step->items ? end : step->items));
}

/*
 * Arguments: how many steps; the places of the steps, of the claim (8 bytes, 0 before) and of how many pieces of the
 * present step are done (4 bytes, 0 before); how often a thread looks for the next step before it leaves the rest to
 * those in pieces. Items: one a thread, each of which goes on to the end.
 */
KERNEL(replay) {
  const word steps = arguments[0], patience = arguments[4];
  const Step *table = AT(Step, arena, arguments[1]);
  uint64_t *claim = AT(uint64_t, arena, arguments[2]);
  word *done = AT(word, arena, arguments[3]);
  for (;;) {
    const uint64_t claimed = __atomic_fetch_add(claim, 1, __ATOMIC_ACQ_REL);
    word at = (word)(claimed >> SHIFT), piece = (word)claimed;
    for (word waited = 0; at < steps && piece >= table[at].pieces; waited++) {
      if ((word)(__atomic_load_n(claim, __ATOMIC_ACQUIRE) >> SHIFT) != at) break;
      if (waited > patience) return;
      rest(waited, done);
    }
    while (at < steps && piece < table[at].pieces) {
      const word pieces = table[at].pieces;
      run_piece(arena, table + at, piece);
      if (pieces > 1) {
        if (__atomic_add_fetch(done, 1, __ATOMIC_ACQ_REL) < pieces) break;
        __atomic_store_n(done, 0, __ATOMIC_RELAXED);
      }
      /* who does the last piece of a step takes the first one of the next */
      at++;
      piece = 0;
      __atomic_store_n(claim, (uint64_t)at << SHIFT | 1, __ATOMIC_RELEASE);
    }
    if (at >= steps) return;
  }
}
