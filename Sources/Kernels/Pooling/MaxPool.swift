/// The largest value in each `kernelSize`-sided window of every plane, stride 1, same size out.
///
/// What lies outside the plane counts as −∞, so borders take the largest of what is there. (Padding
/// with zeros is a known fault of ports: SiLU reaches −0.28 and zeros would win.)
///
/// - Parameters:
///   - input: C×H×W.
///   - output: C×H×W.
/// - Precondition: `kernelSize` is odd.
public func maxPoolReference(
  channels: Int, height: Int, width: Int, kernelSize: Int,
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  precondition(kernelSize % 2 == 1, "maxPoolReference: kernel size \(kernelSize)")
  let reach = kernelSize / 2
  for c in 0..<channels {
    let plane = input + c * height * width
    for y in 0..<height {
      for x in 0..<width {
        var largest = -Float.infinity
        for v in max(0, y - reach)...min(height - 1, y + reach) {
          for u in max(0, x - reach)...min(width - 1, x + reach) {
            largest = max(largest, plane[v * width + u])
          }
        }
        output[(c * height + y) * width + x] = largest
      }
    }
  }
}
