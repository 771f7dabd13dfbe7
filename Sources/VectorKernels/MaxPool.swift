/// The largest value in each 5×5 window of one block H×W×16, what lies outside counting as −∞.
///
/// Rows first, then columns: 4 + 4 comparisons a pixel instead of 24.
///
/// - Parameter scratch: H×W×16.
func maxPool5(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>, _ height: Int, _ width: Int
) {
  var y = 0
  while y < height {
    let line = y &* width
    var x = 0
    while x < width {
      store(
        largest(input + line &* 16, 16, from: max(0, x &- 2), through: min(width &- 1, x &+ 2)),
        scratch + (line &+ x) &* 16)
      x &+= 1
    }
    y &+= 1
  }
  y = 0
  while y < height {
    var x = 0
    while x < width {
      store(
        largest(
          UnsafePointer(scratch) + x &* 16, width &* 16, from: max(0, y &- 2),
          through: min(height &- 1, y &+ 2)),
        output + (y &* width &+ x) &* 16)
      x &+= 1
    }
    y &+= 1
  }
}

@inline(__always)
private func largest(
  _ base: UnsafePointer<Float>, _ stride: Int, from first: Int, through last: Int
) -> Lanes {
  var result = load(base + first &* stride)
  var i = first &+ 1
  while i <= last {
    result = result.maximum(load(base + i &* stride))
    i &+= 1
  }
  return result
}
