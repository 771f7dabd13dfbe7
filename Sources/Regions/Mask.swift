/// A set of pixels of a picture, one bit each, stored only inside a window.
///
/// Row-major: each row of the window starts on a 64-bit word, bit `i % 64` of word `i / 64` is
/// column `window.x + i`; bits past the window's width are 0. Everything outside the window is
/// outside the mask. A full-size mask of one megapixel takes 125 kB.
///
/// Two masks are equal where they are the same set of pixels of pictures of the same size, whatever
/// their windows.
public struct Mask: Sendable {
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

  /// An empty mask of a `width`×`height` picture that stores all of it.
  public init(width: Int, height: Int) {
    self.init(
      width: width, height: height,
      window: PixelRectangle(x: 0, y: 0, width: width, height: height))
  }

  /// The mask of a `width`×`height` picture that is exactly `rectangle`.
  ///
  /// - Precondition: the rectangle lies inside the picture.
  public init(width: Int, height: Int, filling rectangle: PixelRectangle) {
    self.init(width: width, height: height, window: rectangle)
    let last = lastWordMask, perRow = wordsPerRow
    guard perRow > 0 else { return }
    for i in words.indices { words[i] = (i + 1) % perRow == 0 ? last : ~0 }
  }

  /// The bits of a row's last word that lie inside the window.
  var lastWordMask: UInt64 {
    window.width & 63 == 0 ? ~0 : (1 << UInt64(window.width & 63)) - 1
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
  public var area: Int {
    words.withUnsafeBufferPointer { words in
      var sum = 0
      for word in words { sum &+= word.nonzeroBitCount }
      return sum
    }
  }

  /// True where no pixel is in the mask.
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
}
