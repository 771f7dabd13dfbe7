import CProcessor

// The loops that masks are made of. Unlike everywhere else here, products and sums are rounded one
// by one: a mask's bytes do not depend on the instruction set, given its coefficients.

/// See ``VectorKernels/combine``.
///
/// 64 columns at a time: four sums that do not wait for each other.
func combinePlanes(
  _ planes: UnsafePointer<Float>, _ plane: Int, _ weights: UnsafePointer<Float>, _ count: Int,
  _ columns: Int, _ target: UnsafeMutablePointer<Float>
) {
  var x = 0
  while x &+ 64 <= columns {
    var (a, b, c, d) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var source = planes + x
    var k = 0
    while k < count {
      let weight = Lanes(repeating: weights[k])
      a += weight * load(source)
      b += weight * load(source + 16)
      c += weight * load(source + 32)
      d += weight * load(source + 48)
      source += plane
      k &+= 1
    }
    store(a, target + x)
    store(b, target + (x &+ 16))
    store(c, target + (x &+ 32))
    store(d, target + (x &+ 48))
    x &+= 64
  }
  while x &+ 16 <= columns {
    var sum = Lanes.zero
    var k = 0
    while k < count {
      sum += Lanes(repeating: weights[k]) * load(planes + (k &* plane &+ x))
      k &+= 1
    }
    store(sum, target + x)
    x &+= 16
  }
  if x == columns { return }
  var sum = HalfLanes.zero
  var k = 0
  while k < count {
    sum = sum + weights[k] * HalfLanes(at: planes + (k &* plane &+ x))
    k &+= 1
  }
  sum.write(to: target + x)
}

/// See ``VectorKernels/stretch``.
///
/// Stretched samples stand close together: with AVX-512 16 results choose among 32 numbers in two registers, with
/// AVX2 8 among 16.
func stretchSamples(
  _ samples: UnsafePointer<Float>, _ origin: Int, _ first: UnsafePointer<Int32>,
  _ second: UnsafePointer<Int32>, _ firstWeight: UnsafePointer<Float>,
  _ secondWeight: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>
) {
  var i = 0
  #if VECTOR_AVX512
    while i &+ 16 <= count && second[i &+ 15] &- first[i] < 32 {
      let numbers = samples + (Int(first[i]) &- origin)
      let a = Lanes(lanes_choose(numbers, first + i, first[i]))
      let b = Lanes(lanes_choose(numbers, second + i, first[i]))
      store(a * load(firstWeight + i) + b * load(secondWeight + i), target + i)
      i &+= 16
    }
  #elseif VECTOR_FMA
    while i < count && count >= 8 {
      // The last 8 may be some of those before them once more.
      let place = min(i, count &- 8)
      let start = first[place]
      if second[place &+ 7] &- start >= 16 { break }
      let numbers = samples + (Int(start) &- origin)
      let a = HalfLanes(lanes_choose_half(numbers, first + place, start))
      let b = HalfLanes(lanes_choose_half(numbers, second + place, start))
      (a * HalfLanes(at: firstWeight + place) + b * HalfLanes(at: secondWeight + place))
        .write(to: target + place)
      i = place &+ 8
    }
  #endif
  while i < count {
    target[i] =
      samples[Int(first[i]) &- origin] * firstWeight[i]
      + samples[Int(second[i]) &- origin] * secondWeight[i]
    i &+= 1
  }
}

/// See ``VectorKernels/meanBits``.
func meanBits(
  _ a: UnsafePointer<Float>, _ weightA: Float, _ b: UnsafePointer<Float>, _ weightB: Float,
  _ threshold: Float
) -> UInt64 {
  let (forA, forB) = (Lanes(repeating: weightA), Lanes(repeating: weightB))
  let limit = Lanes(repeating: threshold)
  var word: UInt64 = 0
  var x = 0
  while x < 64 {
    let mean = load(a + x) * forA + load(b + x) * forB
    word |= mean.exceeding(limit) &<< UInt64(x)
    x &+= 16
  }
  return word
}
