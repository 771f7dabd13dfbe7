/// Writes `bytes`, numbers of `type`, as floats from `target` on.
///
/// The loops are element-wise and free of branches, so that they become vector code on every
/// processor: the instruction that converts half precision (F16C) is not assumed.
func widen(
  _ bytes: UnsafeRawBufferPointer, _ type: ElementType, to target: UnsafeMutablePointer<Float>
) {
  let count = bytes.count / type.byteCount
  switch type {
  case .float32:
    UnsafeMutableRawBufferPointer(start: target, count: count * 4).copyMemory(from: bytes)
  case .float16: convert(bytes, UInt16.self, count, target, widenedHalf)
  case .bfloat16:
    convert(bytes, UInt16.self, count, target) { Float(bitPattern: UInt32($0) << 16) }
  case .float64: convert(bytes, Double.self, count, target) { Float($0) }
  case .int64: convert(bytes, Int64.self, count, target) { Float($0) }
  case .int32: convert(bytes, Int32.self, count, target) { Float($0) }
  case .int16: convert(bytes, Int16.self, count, target) { Float($0) }
  case .int8: convert(bytes, Int8.self, count, target) { Float($0) }
  case .uint8, .bool: convert(bytes, UInt8.self, count, target) { Float($0) }
  }
}

/// The number with the bits of a half-precision number, exactly; NaNs keep their payload.
///
/// Half: 1 sign, 5 exponent (bias 15), 10 fraction bits. Single: 1, 8 (bias 127), 23. A normal
/// number needs its exponent raised by 112, infinity and NaN by 112 once more. A subnormal, f·2⁻²⁴,
/// is (1 + f·2⁻¹⁰)·2⁻¹⁴ − 2⁻¹⁴: exact, and no single-precision subnormal is touched, which would
/// cost a hundred cycles each and vanish where the processor flushes them to zero.
///
/// - SeeAlso: IEEE 754-2019, §3.4.
@inline(__always)
func widenedHalf(_ half: UInt16) -> Float {
  let bits = UInt32(half)
  let magnitude = (bits & 0x7fff) << 13
  let special: UInt32 = bits & 0x7c00 == 0x7c00 ? 112 << 23 : 0
  let normal = Float(bitPattern: magnitude &+ 112 << 23 &+ special)
  let subnormal = Float(bitPattern: magnitude &+ 113 << 23) - 0x1p-14
  let absolute = bits & 0x7c00 == 0 ? subnormal : normal
  return Float(bitPattern: absolute.bitPattern | (bits & 0x8000) << 16)
}

@inline(__always)
private func convert<Element: BitwiseCopyable>(
  _ bytes: UnsafeRawBufferPointer, _ type: Element.Type, _ count: Int,
  _ target: UnsafeMutablePointer<Float>, _ widened: (Element) -> Float
) {
  guard let source = bytes.baseAddress else { return }
  for i in 0..<count {
    target[i] = widened(
      source.loadUnaligned(fromByteOffset: i &* MemoryLayout<Element>.stride, as: Element.self))
  }
}
