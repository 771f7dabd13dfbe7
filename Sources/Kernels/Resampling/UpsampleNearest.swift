/// Each pixel of every plane repeated `factor` times in both directions.
///
/// - Parameters:
///   - input: C×H×W.
///   - output: C×(factor·H)×(factor·W).
public func upsampleNearest(
  channels: Int, height: Int, width: Int, factor: Int,
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  let wide = width * factor
  for row in 0..<channels * height * factor {
    let source = input + row / factor * width
    let target = output + row * wide
    for x in 0..<wide { target[x] = source[x / factor] }
  }
}
