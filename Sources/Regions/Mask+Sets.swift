/// Masks as sets of pixels: all operations work on 64 pixels at a time, and only where the windows
/// make a difference.
extension Mask: Equatable {
  /// The pixels in both; stores the part that both windows share.
  public func intersection(_ other: Mask) -> Mask {
    combined(with: other, window: window.intersection(other.window)) { $0 & $1 }
  }

  /// The pixels in either; stores the smallest window around both.
  public func union(_ other: Mask) -> Mask {
    combined(with: other, window: window.union(other.window)) { $0 | $1 }
  }

  /// The pixels of this mask that are not in the other; keeps the window.
  public func subtracting(_ other: Mask) -> Mask {
    combined(with: other, window: window) { $0 & ~$1 }
  }

  /// The pixels in exactly one of both; stores the smallest window around both.
  public func symmetricDifference(_ other: Mask) -> Mask {
    combined(with: other, window: window.union(other.window)) { $0 ^ $1 }
  }

  /// Adds the pixels of the other mask; in place where this window holds the other one.
  public mutating func formUnion(_ other: Mask) {
    if window.contains(other.window) {
      update(with: other) { $0 | $1 }
    } else {
      self = union(other)
    }
  }

  /// Removes the pixels of the other mask, in place.
  public mutating func subtract(_ other: Mask) {
    update(with: other) { $0 & ~$1 }
  }

  /// The pixels of the picture that are not in the mask; stores the whole picture.
  public func inverted() -> Mask {
    Mask(
      width: width, height: height,
      filling: PixelRectangle(x: 0, y: 0, width: width, height: height)
    ).subtracting(self)
  }

  /// The number of pixels in both.
  public func intersectionCount(_ other: Mask) -> Int {
    requireSameSize(other)
    let shared = window.intersection(other.window)
    // Read both from the shared window's first column; columns past its end are 0 in one of them.
    return withRows { mine in
      other.withRows { theirs in
        var count = 0
        for y in shared.y..<shared.endY {
          guard let a = mine[y], let b = theirs[y] else { continue }
          var x = shared.x
          while x < shared.endX {
            count &+=
              (a.bits(from: x - window.x) & b.bits(from: x - other.window.x))
              .nonzeroBitCount
            x += 64
          }
        }
        return count
      }
    }
  }

  /// The number of pixels in either.
  public func unionCount(_ other: Mask) -> Int {
    area + other.area - intersectionCount(other)
  }

  /// Intersection over union, 0…1; 0 where both are empty.
  public func iou(_ other: Mask) -> Double {
    let shared = intersectionCount(other)
    let either = area + other.area - shared
    return either == 0 ? 0 : Double(shared) / Double(either)
  }

  /// The number of pixels that lie in `rectangle`, which may reach beyond the picture.
  public func area(in rectangle: PixelRectangle) -> Int {
    let inside = window.intersection(rectangle)
    return inside == window
      ? area
      : intersectionCount(Mask(width: width, height: height, filling: inside))
  }

  /// True where both hold the same pixels of pictures of the same size, whatever their windows.
  public static func == (a: Mask, b: Mask) -> Bool {
    guard a.width == b.width, a.height == b.height else { return false }
    if a.window == b.window { return a.words == b.words }
    let count = a.area
    return count == b.area && count == a.intersectionCount(b)
  }

  private func requireSameSize(_ other: Mask) {
    precondition(
      width == other.width && height == other.height,
      "Mask: \(width)×\(height) against \(other.width)×\(other.height)")
  }

  /// `operation` on all words of a window.
  ///
  /// Each operation above gives 0 past that window's right edge, so that nothing needs to be cut
  /// off: there one or both of its arguments are 0.
  @inline(__always)
  private func combined(
    with other: Mask, window target: PixelRectangle, _ operation: (UInt64, UInt64) -> UInt64
  ) -> Mask {
    requireSameSize(other)
    var result = Mask(width: width, height: height, window: target)
    let perRow = result.wordsPerRow
    guard perRow > 0 else { return result }
    result.words.withUnsafeMutableBufferPointer { out in
      withRows { mine in
        other.withRows { theirs in
          for y in target.y..<target.endY {
            let a = mine[y], b = theirs[y], base = (y - target.y) * perRow
            for i in 0..<perRow {
              let x = target.x + i * 64
              out[base + i] = operation(
                a?.bits(from: x - window.x) ?? 0, b?.bits(from: x - other.window.x) ?? 0)
            }
          }
        }
      }
    }
    return result
  }

  /// Replaces each word that the other window touches; the operation must keep 0 with 0.
  @inline(__always)
  private mutating func update(with other: Mask, _ operation: (UInt64, UInt64) -> UInt64) {
    requireSameSize(other)
    let shared = window.intersection(other.window)
    guard !shared.isEmpty else { return }
    let window = window, perRow = wordsPerRow
    let first = (shared.x - window.x) >> 6, end = (shared.endX - window.x + 63) >> 6
    words.withUnsafeMutableBufferPointer { out in
      other.withRows { theirs in
        for y in shared.y..<shared.endY {
          guard let b = theirs[y] else { continue }
          let base = (y - window.y) * perRow
          for i in first..<end {
            let bits = b.bits(from: window.x + i * 64 - other.window.x)
            out[base + i] = operation(out[base + i], bits)
          }
        }
      }
    }
  }
}
