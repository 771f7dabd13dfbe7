/// The size of pictures that a network was trained for, in pixels.
public struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  /// The vertical size in pixels.
  public let height: Int
  /// The horizontal size in pixels.
  public let width: Int

  /// A size of these pixels.
  ///
  /// - Precondition: both are positive.
  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "ImageSize: \(height)×\(width)")
    self.height = height
    self.width = width
  }

  /// The size of PyTorch's `imgsz`, one side or height and width; nil where it makes no sense.
  init?(sides: [Int]) {
    guard let first = sides.first, let last = sides.last, sides.count <= 2,
      sides.allSatisfy({ (1...1 << 16).contains($0) })
    else { return nil }
    self.init(height: first, width: last)
  }

  /// `576×1024`, height first.
  public var description: String { "\(height)×\(width)" }
}
