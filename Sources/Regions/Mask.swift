/// A whole-pixel rectangle inside a picture.
public struct PixelRectangle: Sendable, Hashable {
  /// The left column, the top row, and the size in pixels.
  public var x: Int, y: Int, width: Int, height: Int

  /// A rectangle from its top-left pixel and size.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// True where it holds no pixel.
  public var isEmpty: Bool { width <= 0 || height <= 0 }
}

/// A set of pixels of a picture, one bit each, stored only inside a window.
///
/// Row-major: each row of the window starts on a 64-bit word, bit `i % 64` of word `i / 64` is
/// column `window.x + i`; bits past the window's width are 0. Everything outside the window is
/// outside the mask. A full-size mask of one megapixel takes 125 kB.
public struct Mask: Sendable, Equatable {
  /// The size of the picture in pixels.
  public let width: Int, height: Int
  /// The part of the picture that is stored; need not be tight.
  public let window: PixelRectangle
  /// 64-bit words a row of the window.
  public let wordsPerRow: Int
  /// `window.height * wordsPerRow` words.
  public var words: [UInt64]

  /// An empty mask of a `width`×`height` picture that stores `window`.
  ///
  /// - Precondition: the window lies inside the picture.
  public init(width: Int, height: Int, window: PixelRectangle) {
    precondition(
      window.x >= 0 && window.y >= 0 && window.width >= 0 && window.height >= 0
        && window.x + window.width <= width && window.y + window.height <= height,
      "Mask: window \(window) in a picture of \(width)×\(height)")
    self.width = width
    self.height = height
    self.window = window
    self.wordsPerRow = (window.width + 63) / 64
    self.words = [UInt64](repeating: 0, count: wordsPerRow * window.height)
  }

  /// True where the picture's pixel (x, y) is in the mask; false outside the window.
  public subscript(x: Int, y: Int) -> Bool {
    get {
      let i = x - window.x, j = y - window.y
      guard i >= 0, j >= 0, i < window.width, j < window.height else { return false }
      return words[j * wordsPerRow + (i >> 6)] >> UInt64(i & 63) & 1 != 0
    }
    set {
      let i = x - window.x, j = y - window.y
      precondition(
        i >= 0 && j >= 0 && i < window.width && j < window.height,
        "Mask: pixel (\(x), \(y)) outside the window \(window)")
      let bit = UInt64(1) << UInt64(i & 63)
      if newValue {
        words[j * wordsPerRow + (i >> 6)] |= bit
      } else {
        words[j * wordsPerRow + (i >> 6)] &= ~bit
      }
    }
  }

  /// The number of pixels in the mask.
  public var area: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}
