/// Which pairs of symbols a byte-pair tokenizer joins, in order of preference.
///
/// Symbols are token ids: 0…255 the bytes (in the order of `ByteAlphabet`), 256…511 the same at the end
/// of a word, then one for each merge.
struct BytePairMerges: Sendable {
  /// The symbol that a pair becomes; the smaller the id, the earlier it is joined.
  private let joined: [Pair: Int32]
  /// The number of merges.
  let count: Int

  private struct Pair: Hashable {
    let left: Int32, right: Int32
  }

  /// The symbol that `left` and `right` become, nil where they stay apart.
  func join(_ left: Int32, _ right: Int32) -> Int32? { joined[Pair(left: left, right: right)] }

  /// Reads the text of a merges file: a line of heading, then two symbols a line.
  ///
  /// - Parameters:
  ///   - limit: how many merges the vocabulary has room for; the rest of the file is not read, as OpenAI's
  ///     own file goes on where CLIP stops.
  ///   - source: the file's name, for errors.
  /// - Throws: `CLIPError.badMerges` where a line does not join two symbols that are known by then into
  ///   a new one.
  init(text: String, limit: Int, source: String) throws(CLIPError) {
    var ids: [Substring: Int32] = [:]
    ids.reserveCapacity(512 + limit)
    for byte in UInt8.min...UInt8.max {
      let symbol = String(ByteAlphabet.character(of: byte))
      ids[Substring(symbol)] = ByteAlphabet.id(of: byte)
      ids[Substring(symbol + "</w>")] = ByteAlphabet.id(of: byte) + 256
    }
    var joined: [Pair: Int32] = [:]
    joined.reserveCapacity(limit)
    // Unicode scalars, not characters: "\r\n" is one Character, and so is a letter with what combines.
    let lines = text.unicodeScalars.split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropFirst()
    for (number, line) in zip(2..., lines) {
      if joined.count == limit { break }
      let symbols = line.split { $0 == " " || $0 == "\r" }.map(Substring.init)
      if symbols.isEmpty { continue }
      guard symbols.count == 2, let left = ids[symbols[0]], let right = ids[symbols[1]] else {
        throw .badMerges(source, line: number, "'\(line)' does not join two known symbols")
      }
      let id = Int32(512 + joined.count)
      guard ids.updateValue(id, forKey: symbols[0] + symbols[1]) == nil else {
        throw .badMerges(source, line: number, "'\(line)' makes a symbol for the second time")
      }
      joined[Pair(left: left, right: right)] = id
    }
    self.joined = joined
    self.count = joined.count
  }
}

/// The characters that stand for bytes in a merges file: what is printable in Latin-1 for itself, the
/// other 68 bytes as U+0100 and up, so that no line holds a space or a control.
enum ByteAlphabet {
  private static let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
  private static let order: [Int] =
    printable + (0...255).filter { !printable.contains($0) }
  private static let ids: [Int32] = {
    var ids = [Int32](repeating: 0, count: 256)
    for (id, byte) in order.enumerated() { ids[byte] = Int32(id) }
    return ids
  }()

  /// The token of a byte inside a word.
  static func id(of byte: UInt8) -> Int32 { ids[Int(byte)] }

  /// The character of a byte.
  static func character(of byte: UInt8) -> Unicode.Scalar {
    let id = Int(ids[Int(byte)])
    return Unicode.Scalar(code: id < printable.count ? Int(byte) : 0x100 + id - printable.count)
  }
}
