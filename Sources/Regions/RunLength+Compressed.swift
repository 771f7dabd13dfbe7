/// COCO's compressed form: an ASCII string.
///
/// From the fourth count on, the difference to the count two places earlier is written (runs of the
/// same kind in neighbouring columns are about as long). Each number goes out in groups of five
/// bits, least significant first, sign extended; bit 5 says that more groups follow, and 48 is added
/// so that every character is printable: "0" … "o".
extension RunLength {
  /// The compressed counts, byte for byte as pycocotools writes them.
  public var compressed: String {
    // 64 bits are at most 13 groups; real masks take one or two a count.
    String(unsafeUninitializedCapacity: 13 * counts.count) { out in
      counts.withUnsafeBufferPointer { counts in
        var length = 0
        for i in 0..<counts.count {
          var value = counts[i]
          if i > 2 { value &-= counts[i - 2] }
          // One group or two, nearly always, and which of them no processor foresees: so both are written,
          // and the second may be overwritten by the next number.
          if (value &+ 512) & ~1023 == 0 {
            let isShort = (value &+ 16) & ~31 == 0
            out[length] = UInt8(truncatingIfNeeded: value & 0x1f &+ (isShort ? 48 : 80))
            out[length &+ 1] = UInt8(truncatingIfNeeded: value >> 5 & 0x1f &+ 48)
            length &+= isShort ? 1 : 2
            continue
          }
          var more = true
          while more {
            var group = UInt8(truncatingIfNeeded: value & 0x1f)
            value >>= 5
            // The last group's top bit is the sign that the reader extends.
            more = group & 0x10 != 0 ? value != -1 : value != 0
            if more { group |= 0x20 }
            out[length] = group + 48
            length &+= 1
          }
        }
        return length
      }
    }
  }

  /// The runs that a compressed string describes.
  ///
  /// - Throws: `RunLengthError` where the string has a foreign character, ends within a number, or
  ///   does not describe a picture of this size.
  public init(width: Int, height: Int, compressed: String) throws(RunLengthError) {
    var counts: [Int] = []
    var value = 0, shift = 0
    for (offset, byte) in compressed.utf8.enumerated() {
      guard byte >= 48, byte < 112 else {
        throw .unexpectedCharacter(offset: offset, byte: byte)
      }
      let group = Int(byte - 48)
      // Seven groups hold every count of a 32-bit picture and every difference of two.
      guard shift <= 30 else { throw .numberTooLong(offset: offset) }
      value |= (group & 0x1f) << shift
      shift += 5
      if group & 0x20 != 0 { continue }
      if group & 0x10 != 0 { value |= -1 << shift }
      if counts.count > 2 { value += counts[counts.count - 2] }
      guard value >= 0 else { throw .negativeCount(index: counts.count, count: value) }
      counts.append(value)
      value = 0
      shift = 0
    }
    guard shift == 0 else { throw .truncated }
    try self.init(width: width, height: height, counts: counts)
  }
}

/// What can be wrong with run lengths that come from outside.
public enum RunLengthError: Error, Equatable, Sendable {
  /// Sizes are not negative, and a picture has at most 2³² − 1 pixels.
  case impossibleSize(width: Int, height: Int)
  /// A count is 0 or more; `index` is its place.
  case negativeCount(index: Int, count: Int)
  /// The counts must add up to the number of pixels; `found` is nil where they go beyond it.
  case wrongTotal(found: Int?, expected: Int)
  /// The compressed form has only the characters "0" … "o" (48 … 111).
  case unexpectedCharacter(offset: Int, byte: UInt8)
  /// A number has at most seven characters.
  case numberTooLong(offset: Int)
  /// The string ends within a number.
  case truncated
}

extension RunLengthError: CustomStringConvertible {
  /// The fault in words.
  public var description: String {
    switch self {
    case .impossibleSize(let width, let height):
      "run lengths: a picture of \(width)×\(height) is not possible"
    case .negativeCount(let index, let count):
      "run lengths: count \(index) is \(count), below 0"
    case .wrongTotal(let found?, let expected):
      "run lengths: the counts add up to \(found), not to the \(expected) pixels of the picture"
    case .wrongTotal(nil, let expected):
      "run lengths: the counts go beyond the \(expected) pixels of the picture"
    case .unexpectedCharacter(let offset, let byte):
      "run lengths: byte \(byte) at offset \(offset) is not one of \"0\" … \"o\""
    case .numberTooLong(let offset):
      "run lengths: the number that ends at offset \(offset) is too long"
    case .truncated:
      "run lengths: the string ends within a number"
    }
  }
}
