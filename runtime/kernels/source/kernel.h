/*
 * What every kernel is written against. One source, two builds: WebAssembly, where the arena is the memory itself and
 * begins at 0, and the user's own compiler, where it begins anywhere.
 *
 * A kernel is a function of (arena, arguments, first, last): `arguments` is a block of 32-bit words (numbers of
 * entries, flags, byte offsets into the arena, floats by their bits), and [first, last) a range of its work items.
 * Items are independent: they may run in any order, on any thread, at once. No kernel allocates, and none keeps state.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef uint32_t word;

#if defined(__wasm__)
#define VECTOR_BYTES 16
#define EXPORT(name) __attribute__((export_name(#name)))
#define AT(type, arena, offset) ((type *)(uintptr_t)(offset))
#else
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
#define EXPORT(name) __attribute__((visibility("default")))
#define AT(type, arena, offset) ((type *)((arena) + (size_t)(offset)))
#endif

/* As many floats as one register holds; `loose` ones stand at any multiple of 4 bytes. */
#define LANES (VECTOR_BYTES / 4)
typedef float vec __attribute__((vector_size(VECTOR_BYTES)));
typedef float vec_loose __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(VECTOR_BYTES)));
/* Four floats, on every machine. */
typedef float vec4 __attribute__((vector_size(16)));
typedef float vec4_loose __attribute__((vector_size(16), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *from) { return *(const vec_loose *)from; }
INLINE void store(float *to, vec value) { *(vec_loose *)to = value; }
INLINE vec splat(float value) { return value - (vec){0}; }
INLINE vec4 load4(const float *from) { return *(const vec4_loose *)from; }
INLINE void store4(float *to, vec4 value) { *(vec4_loose *)to = value; }
INLINE vec4 splat4(float value) { return value - (vec4){0}; }

/* a*b + c: fused where the machine has it (relaxed SIMD on WebAssembly), else rounded twice. */
#if defined(__wasm_relaxed_simd__)
#include <wasm_simd128.h>
INLINE vec fma_vec(vec a, vec b, vec c) { return (vec)__builtin_wasm_relaxed_madd_f32x4(a, b, c); }
#else
INLINE vec fma_vec(vec a, vec b, vec c) { return a * b + c; }
#endif

INLINE float float_of(word bits) { union { word bits; float value; } as = {bits}; return as.value; }
INLINE int min_int(int a, int b) { return a < b ? a : b; }
INLINE int max_int(int a, int b) { return a > b ? a : b; }

/* The declaration of a kernel, exported under its own name. */
#define KERNEL(name) EXPORT(name) void name(char *arena, const word *arguments, int first, int last)
