/// A picture: 8-bit red, green, blue, interleaved, rows from the top.
public struct Image: Sendable, Equatable {
  /// The size in pixels.
  public let width: Int, height: Int
  /// H×W×3 bytes: `pixels[(y * width + x) * 3 + channel]`, channel 0 is red.
  public var pixels: [UInt8]

  /// A picture of these bytes.
  ///
  /// - Precondition: `pixels.count == width * height * 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == width * height * 3,
      "Image: \(pixels.count) bytes for \(width)×\(height)×3")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
