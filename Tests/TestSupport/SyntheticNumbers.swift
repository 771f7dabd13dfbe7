import Tensors

/// Numbers that follow from a name alone, the same as `numbers` in Tests/Golden/yolov8/generate.py:
/// so that a whole network's weights need not be stored with its golden values.
public enum SyntheticNumbers {
  /// A 32-bit hash of the name (FNV-1a).
  public static func seed(_ name: String) -> UInt64 {
    var value: UInt32 = 2_166_136_261
    for byte in name.utf8 { value = (value ^ UInt32(byte)) &* 16_777_619 }
    return UInt64(value)
  }

  /// `count` multiples of 2⁻¹⁶ in 0..<1.
  public static func unit(_ count: Int, seed: UInt64) -> [Double] {
    (0..<count).map { index in
      var bits = ((UInt64(index) + seed) &* 2_654_435_761) & 0xffff_ffff
      bits ^= bits >> 15
      bits = (bits &* 2_246_822_519) & 0xffff_ffff
      bits ^= bits >> 13
      return Double(bits & 0xffff) / 65536
    }
  }

  /// The tensor `name` of a network in PyTorch's naming, with magnitudes that keep maps near 1.
  public static func weight(_ name: String, _ shape: Shape) -> Tensor {
    let u = unit(shape.count, seed: seed(name))
    let values: [Double]
    if name.hasSuffix("dfl.conv.weight") {
      values = (0..<shape.count).map(Double.init)
    } else if name.hasSuffix("running_var") || name.hasSuffix("bn.weight") {
      values = u.map { 0.5 + $0 }
    } else if shape.rank == 4 {
      let fanIn = name.hasSuffix("upsample.weight") ? shape[0] : shape.count / shape[0]
      let bound = (6 / Double(fanIn)).squareRoot()
      values = u.map { (2 * $0 - 1) * bound }
    } else {
      values = u.map { (2 * $0 - 1) * 0.25 }
    }
    return Tensor(shape, values.map { Float($0) })
  }

  /// The levels of a picture of noise, plane by plane: 3×H×W.
  public static func levels(height: Int, width: Int) -> [UInt8] {
    unit(3 * height * width, seed: seed("input")).map { UInt8(256 * $0) }
  }

  /// The same as a network's input, 1×3×H×W in 0…1.
  public static func picture(height: Int, width: Int) -> Tensor {
    Tensor([1, 3, height, width], levels(height: height, width: width).map { Float($0) / 255 })
  }

  /// The pixels H×W×3 of a gradient with a bright rectangle and some noise.
  public static func brightRectangle(width: Int, height: Int) -> [UInt8] {
    let noise = unit(width * height * 3, seed: 1)
    return (0..<width * height * 3).map { i in
      let (x, y) = (i / 3 % width, i / 3 / width)
      let isInside = x > width / 3 && x < width / 2 && y > height / 4 && y < height / 2
      return UInt8(isInside ? 220 : 255 * x / (2 * width)) &+ UInt8(noise[i] * 30)
    }
  }
}
