// MATLAB's MAT-file, level 5, as far as BSDS500 uses it: cells of structs of dense integer, logical
// or floating matrices, packed with zlib or not, little-endian.
//
// Every number in the file is distrusted: sizes are held against the bytes that are there, nesting
// and unpacking have limits.

import CZlib
import Imaging

/// What is wrong with a MAT-file.
struct MATLABFault: Error { let reason: String }

/// Matrices of one field name, wherever they lie in a MAT-file.
struct MATLABFile {
  /// The most that a file may unpack to.
  private static let limit = 1 << 28

  private let field: String
  private(set) var found: [BoundaryMap] = []

  /// Reads the matrices of all struct fields called `field`; what is not 0 is a boundary.
  init(_ bytes: [UInt8], field: String) throws(MATLABFault) {
    self.field = field
    guard bytes.count >= 128, bytes[126] == UInt8(ascii: "I"), bytes[127] == UInt8(ascii: "M"),
      bytes[125] == 1
    else { throw MATLABFault(reason: "not a MAT-file of level 5 (save with -v6 or -v7)") }
    var unpacked = 0
    try elements(bytes[128...]) { (kind, body) throws(MATLABFault) in
      if kind == .compressed {
        let plain = try Self.unpack(body, limit: Self.limit - unpacked)
        unpacked += plain.count
        try elements(plain[...]) { (kind, body) throws(MATLABFault) in
          if kind == .matrix { try matrix(body, name: "", depth: 0) }
        }
      } else if kind == .matrix {
        try matrix(body, name: "", depth: 0)
      }
    }
  }

  /// The types of elements that matter here.
  private struct Kind: Equatable {
    let code: Int
    static let matrix = Kind(code: 14), compressed = Kind(code: 15)
    /// Bytes a number; nil for what is no number.
    var width: Int? {
      switch code {
      case 1, 2: 1
      case 3, 4: 2
      case 5, 6, 7: 4
      case 9, 12, 13: 8
      default: nil
      }
    }
  }

  /// Calls `body` with the kind and the bytes of each element, one after the other.
  private func elements(
    _ bytes: ArraySlice<UInt8>, _ body: (Kind, ArraySlice<UInt8>) throws(MATLABFault) -> Void
  ) throws(MATLABFault) {
    var rest = bytes
    while let (kind, content) = try Self.next(&rest) { try body(kind, content) }
  }

  /// Takes the next element from `rest`; nil at the end.
  private static func next(_ rest: inout ArraySlice<UInt8>) throws(MATLABFault)
    -> (Kind, ArraySlice<UInt8>)?
  {
    guard rest.count >= 8 else { return nil }
    let word = integer(rest.prefix(4))
    // Four bytes and fewer lie in the tag itself, whose upper half is their number then.
    let isShort = word >> 16 != 0
    let count = isShort ? word >> 16 : integer(rest.dropFirst(4).prefix(4))
    let content = rest.dropFirst(isShort ? 4 : 8)
    guard count <= (isShort ? 4 : content.count) else {
      throw MATLABFault(reason: "an element goes beyond the end of the file")
    }
    let kind = Kind(code: word & 0xffff)
    let padded = isShort ? 8 : kind == .compressed ? 8 + count : 8 + (count + 7) / 8 * 8
    rest = rest.dropFirst(padded)
    return (kind, content.prefix(count))
  }

  /// Reads a matrix, and those in it.
  private mutating func matrix(_ bytes: ArraySlice<UInt8>, name: String, depth: Int)
    throws(MATLABFault)
  {
    guard depth < 8 else { throw MATLABFault(reason: "nested too deeply") }
    var rest = bytes
    // An empty cell is a matrix of no bytes at all.
    guard let (_, flags) = try Self.next(&rest), let shape = try Self.next(&rest)?.1,
      try Self.next(&rest) != nil
    else { return }
    switch flags.first {
    case 1:
      while let (kind, cell) = try Self.next(&rest) {
        if kind == .matrix { try matrix(cell, name: name, depth: depth + 1) }
      }
    case 2:
      guard let length = try Self.next(&rest)?.1, let text = try Self.next(&rest)?.1 else { break }
      let size = Self.integer(length)
      guard size > 0, !text.isEmpty, text.count % size == 0 else {
        throw MATLABFault(reason: "a struct without field names")
      }
      let names = stride(from: text.startIndex, to: text.endIndex, by: size).map {
        String(decoding: text[$0..<$0 + size].prefix { $0 != 0 }, as: UTF8.self)
      }
      var place = 0
      while let (kind, value) = try Self.next(&rest) {
        if kind == .matrix {
          try matrix(value, name: names[place % names.count], depth: depth + 1)
        }
        place += 1
      }
    default:
      if name == field, let (kind, numbers) = try Self.next(&rest) {
        try keep(kind, numbers, shape)
      }
    }
  }

  /// Keeps a matrix, which is stored column by column, as a map.
  private mutating func keep(
    _ kind: Kind, _ numbers: ArraySlice<UInt8>, _ shape: ArraySlice<UInt8>
  ) throws(MATLABFault) {
    guard let size = kind.width, shape.count == 8 else {
      throw MATLABFault(reason: "`\(field)` is not a matrix of numbers")
    }
    let height = Self.integer(shape.prefix(4)), width = Self.integer(shape.suffix(4))
    guard height > 0, width > 0, height <= Image.largestSide, width <= Image.largestSide,
      numbers.count == height * width * size
    else { throw MATLABFault(reason: "`\(field)` of \(width)×\(height) has the wrong length") }
    var map = BoundaryMap(
      width: width, height: height, pixels: [Bool](repeating: false, count: width * height))
    var start = numbers.startIndex
    for x in 0..<width {
      for y in 0..<height {
        map.pixels[y * width + x] = numbers[start..<start + size].contains { $0 != 0 }
        start += size
      }
    }
    found.append(map)
  }

  /// A little-endian number of up to four bytes.
  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func unpack(_ packed: ArraySlice<UInt8>, limit: Int) throws(MATLABFault)
    -> [UInt8]
  {
    let packed = Array(packed)
    var size = min(limit, max(1 << 16, packed.count * 8))
    while true {
      var count = uLong(size), status = Z_OK
      let plain = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
        status = uncompress(buffer.baseAddress, &count, packed, uLong(packed.count))
        initialized = status == Z_OK ? Int(count) : 0
      }
      if status == Z_OK { return plain }
      guard status == Z_BUF_ERROR, size < limit else {
        throw MATLABFault(reason: "a part cannot be unpacked")
      }
      size = min(limit, size * 4)
    }
  }
}
