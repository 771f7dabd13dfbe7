// Arithmetic on 16 floats that reaches the compiler in one piece.
//
// In Swift 6.3 many operations of SIMD16<Float> (`addingProduct` always, others in long functions) are 16
// scalar ones, which the compiler must find to be a vector again. In short loops it does; in longer code it
// finds other things, and fills it with shuffles. VectorKernels/Lanes.swift makes a type of these.
#pragma once

typedef float lanes_t __attribute__((ext_vector_type(16)));
typedef int lanes_bits_t __attribute__((ext_vector_type(16)));

static inline lanes_t lanes_add(lanes_t a, lanes_t b) { return a + b; }
static inline lanes_t lanes_subtract(lanes_t a, lanes_t b) { return a - b; }
static inline lanes_t lanes_multiply(lanes_t a, lanes_t b) { return a * b; }

/// sum + a·b, rounded once; for builds whose processors have the instruction (others call libm).
static inline lanes_t lanes_multiply_add(lanes_t sum, lanes_t a, lanes_t b) {
  return __builtin_elementwise_fma(a, b, sum);
}

/// The larger and the smaller of each pair; `a` where either is no number.
static inline lanes_t lanes_maximum(lanes_t a, lanes_t b) { return b > a ? b : a; }
static inline lanes_t lanes_minimum(lanes_t a, lanes_t b) { return b < a ? b : a; }

/// Bit i says whether a's lane i is greater than b's.
static inline unsigned lanes_greater(lanes_t a, lanes_t b) {
#if defined(__AVX512F__)
  return __builtin_ia32_cmpps512_mask(a, b, 0x1e, 0xffff, 4);
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
