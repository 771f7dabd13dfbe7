// Arithmetic on 16 floats that reaches the compiler in one piece.
//
// In Swift 6.3 many operations of SIMD16<Float> (`addingProduct` always, others in long functions) are 16
// scalar ones, which the compiler must find to be a vector again. In short loops it does; in longer code it
// finds other things, and fills it with shuffles. VectorKernels/Lanes.swift makes a type of these.
#pragma once

typedef float lanes_t __attribute__((ext_vector_type(16)));
typedef float lanes_half_t __attribute__((ext_vector_type(8)));
typedef int lanes_bits_t __attribute__((ext_vector_type(16)));
typedef int lanes_half_bits_t __attribute__((ext_vector_type(8)));

static inline lanes_t lanes_add(lanes_t a, lanes_t b) { return a + b; }
static inline lanes_t lanes_subtract(lanes_t a, lanes_t b) { return a - b; }
static inline lanes_t lanes_multiply(lanes_t a, lanes_t b) { return a * b; }

/// sum + a·b, rounded once; for builds whose processors have the instruction (others call libm).
static inline lanes_t lanes_multiply_add(lanes_t sum, lanes_t a, lanes_t b) {
  return __builtin_elementwise_fma(a, b, sum);
}

/// The same on 8 floats.
static inline lanes_half_t lanes_half_add(lanes_half_t a, lanes_half_t b) { return a + b; }
static inline lanes_half_t lanes_half_subtract(lanes_half_t a, lanes_half_t b) { return a - b; }
static inline lanes_half_t lanes_half_multiply(lanes_half_t a, lanes_half_t b) { return a * b; }
static inline lanes_half_t lanes_half_multiply_add(lanes_half_t sum, lanes_half_t a, lanes_half_t b) {
  return __builtin_elementwise_fma(a, b, sum);
}

#if defined(__AVX512F__)
// Three products of a number in memory each, the same for all lanes, with a, b and c: the last as it is, the
// first two as a pair (VectorTypes/PairedProducts.swift).
//
// Written as instructions for two reasons. A number that is used twice the compiler loads into a register
// first, and on Zen 4 that load takes a turn of the adders; as an operand it does not (52 and 81 billion
// multiply-adds a second). And it would move the additions ahead, to where no registers are left.

/// sum + (x₀ + b)·(x₁ + a) + x₂·c.
static inline lanes_t lanes_add_three(lanes_t sum, lanes_t a, lanes_t b, lanes_t c, const float *x) {
  lanes_t s, t;
  __asm__("vaddps %6%{1to16%}, %4, %1\n\t"
          "vaddps %7%{1to16%}, %3, %2\n\t"
          "vfmadd231ps %8%{1to16%}, %5, %0\n\t"
          "vfmadd231ps %1, %2, %0"
          : "+v"(sum), "=&v"(s), "=&v"(t)
          : "v"(a), "v"(b), "v"(c), "m"(x[0]), "m"(x[1]), "m"(x[2]));
  return sum;
}

/// sum − (b − x₀)·(a − x₁) + x₂·c.
static inline lanes_t lanes_add_three_negated(
    lanes_t sum, lanes_t a, lanes_t b, lanes_t c, const float *x) {
  lanes_t s, t;
  __asm__("vsubps %6%{1to16%}, %4, %1\n\t"
          "vsubps %7%{1to16%}, %3, %2\n\t"
          "vfmadd231ps %8%{1to16%}, %5, %0\n\t"
          "vfnmadd231ps %1, %2, %0"
          : "+v"(sum), "=&v"(s), "=&v"(t)
          : "v"(a), "v"(b), "v"(c), "m"(x[0]), "m"(x[1]), "m"(x[2]));
  return sum;
}

/// sum + x·a.
static inline lanes_t lanes_add_one(lanes_t sum, lanes_t a, const float *x) {
  __asm__("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(a), "m"(*x));
  return sum;
}
#endif

#if defined(__AVX512F__)
/// Lane i gets numbers[places[i] − first]; all of these lie in 0…31.
static inline lanes_t lanes_choose(const float *numbers, const int *places, int first) {
  lanes_t low, high;
  lanes_bits_t from;
  __builtin_memcpy(&low, numbers, sizeof low);
  __builtin_memcpy(&high, numbers + 16, sizeof high);
  __builtin_memcpy(&from, places, sizeof from);
  return __builtin_ia32_vpermi2varps512(low, from - first, high);
}
#endif

#if defined(__AVX2__)
/// Lane i gets numbers[places[i] − first]; all of these lie in 0…15.
static inline lanes_half_t lanes_choose_half(const float *numbers, const int *places, int first) {
  lanes_half_t low, high;
  lanes_half_bits_t from;
  __builtin_memcpy(&low, numbers, sizeof low);
  __builtin_memcpy(&high, numbers + 8, sizeof high);
  __builtin_memcpy(&from, places, sizeof from);
  from -= first;
  // The instruction looks at a place's lowest three bits.
  low = __builtin_ia32_permvarsf256(low, from);
  high = __builtin_ia32_permvarsf256(high, from);
  return from > 7 ? high : low;
}
#endif

/// Each lane's neighbour: lane i gets lane i − 1, the first the last.
static inline lanes_t lanes_rotate(lanes_t a) {
  return __builtin_shufflevector(a, a, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
}

/// Every other one of the numbers of two vectors, from the first on.
static inline lanes_t lanes_evens(lanes_t a, lanes_t b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

/// The sums of the lanes of four vectors.
static inline void lanes_sum_four(lanes_t a, lanes_t b, lanes_t c, lanes_t d, float *sums) {
  // Always two vectors' halves beside each other: a quarter of the additions of one vector after the other.
  lanes_t ab = __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29) +
               __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  lanes_t cd = __builtin_shufflevector(c, d, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29) +
               __builtin_shufflevector(c, d, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  lanes_t all = __builtin_shufflevector(ab, cd, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
                __builtin_shufflevector(ab, cd, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  lanes_half_t half = __builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7) +
                      __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int i = 0; i < 4; i++) sums[i] = half[i] + half[i + 4];
}

/// Writes a line past the caches.
static inline void lanes_stream(lanes_t a, float *line) { __builtin_nontemporal_store(a, (lanes_t *)line); }

/// The larger and the smaller of each pair; `a` where either is no number.
static inline lanes_t lanes_maximum(lanes_t a, lanes_t b) { return b > a ? b : a; }
static inline lanes_t lanes_minimum(lanes_t a, lanes_t b) { return b < a ? b : a; }

/// Bit i says whether a's lane i is greater than b's.
static inline unsigned lanes_greater(lanes_t a, lanes_t b) {
#if defined(__AVX512F__)
  return __builtin_ia32_cmpps512_mask(a, b, 0x1e, 0xffff, 4);
#elif defined(__AVX__)
  lanes_bits_t greater = a > b;
  return __builtin_ia32_movmskps256((lanes_half_t)greater.lo) |
         __builtin_ia32_movmskps256((lanes_half_t)greater.hi) << 8;
#elif defined(__SSE__)
  typedef float quarter_t __attribute__((ext_vector_type(4)));
  lanes_bits_t greater = a > b;
  return __builtin_ia32_movmskps((quarter_t)greater.lo.lo) | __builtin_ia32_movmskps((quarter_t)greater.lo.hi) << 4 |
         __builtin_ia32_movmskps((quarter_t)greater.hi.lo) << 8 |
         __builtin_ia32_movmskps((quarter_t)greater.hi.hi) << 12;
#else
  // Each lane keeps a bit of its own, so that lanes can be joined by "or".
  const lanes_bits_t bits = {1,      1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                             1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
  return __builtin_reduce_or((a > b) & bits);
#endif
}

/// a·2ⁿ, where n is the whole number in the low bits of 1.5·2²³ + n, and the result has an exponent.
static inline lanes_t lanes_scale(lanes_t a, lanes_t shifted) {
  return (lanes_t)((lanes_bits_t)a + ((lanes_bits_t)shifted << 23));
}

/// a/b within an ulp or so, for b up to 2¹²⁶: with AVX-512 by an estimate of 1/b good to 14 bits and one
/// step of Newton's, three times as fast as a division.
static inline lanes_t lanes_divide(lanes_t a, lanes_t b) {
#if defined(__AVX512F__)
  lanes_t r = __builtin_ia32_rcp14ps512_mask(b, (lanes_t)0, 0xffff);
  lanes_t q = a * r;
  return __builtin_elementwise_fma(q, __builtin_elementwise_fma(-b, r, (lanes_t)1), q);
#else
  return a / b;
#endif
}
