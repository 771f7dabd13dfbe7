import Imaging
import Tensors

/// One channel of a map: H×W numbers, row by row.
struct Plane: Sendable {
  let width: Int, height: Int
  var values: [Float]

  init(width: Int, height: Int, values: [Float]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// Channel `channel` of a map 1×C×H×W.
  init(_ map: Tensor, channel: Int) {
    let (height, width) = (map.shape[2], map.shape[3])
    self.init(
      width: width, height: height,
      values: map.withUnsafeElements {
        Array($0[channel * width * height..<(channel + 1) * width * height])
      })
  }

  /// All channels of a map 1×C×H×W.
  static func channels(_ map: Tensor) -> [Plane] {
    (0..<map.shape[1]).map { Plane(map, channel: $0) }
  }

  /// The standard deviation of the finite values over the plane; 0 where there are none.
  var deviation: Float {
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    for value in values where value.isFinite {
      count += 1
      sum += Double(value)
      squares += Double(value) * Double(value)
    }
    guard count > 0 else { return 0 }
    return Float(max(squares / count - sum * sum / count / count, 0).squareRoot())
  }

  /// The values that `low` and `high` of all values lie below, 0 … 1 of the sorted finite ones.
  func percentiles(_ low: Double, _ high: Double) -> (low: Float, high: Float) {
    let sorted = values.filter(\.isFinite).sorted()
    guard let last = sorted.indices.last else { return (0, 0) }
    func at(_ share: Double) -> Float { sorted[Int((Double(last) * share).rounded())] }
    return (at(low), at(high))
  }

  /// The plane at 1/k of its size, each value the mean of k×k, with the smallest k for which no side
  /// exceeds `side`.
  func reduced(to side: Int) -> Plane {
    let factor = (max(width, height) + side - 1) / side
    guard factor > 1 else { return self }
    let (columns, rows) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
    var means: [Float] = []
    means.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let xs = column * factor..<min((column + 1) * factor, width)
        let ys = row * factor..<min((row + 1) * factor, height)
        var sum: Float = 0
        for y in ys { for x in xs { sum += values[y * width + x] } }
        means.append(sum / Float(xs.count * ys.count))
      }
    }
    return Plane(width: columns, height: rows, values: means)
  }

  /// The plane in colours, `low` at one end of the map and `high` at the other.
  func coloured(_ map: ColourMap, from low: Float, to high: Float) -> Image {
    let scale = high > low ? 1 / (high - low) : 0
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count * 3)
    for value in values {
      let colour = map[(value - low) * scale]
      pixels.append(contentsOf: [colour.red, colour.green, colour.blue])
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  /// The plane in the colours of amounts, its first percentile dark and its last one light.
  func normalised() -> Image {
    let range = percentiles(0.01, 0.99)
    return coloured(.amount, from: range.low, to: range.high)
  }
}
