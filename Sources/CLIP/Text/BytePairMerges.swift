/// Which pairs of symbols a byte-pair tokenizer joins, in order of preference.
///
/// Symbols are token ids: 0…255 the bytes (in the order of `ByteAlphabet`), 256…511 the same at the
/// end of a word, then one for each merge.
struct BytePairMerges: Sendable {
  /// The symbol that a pair becomes; the smaller the id, the earlier it is joined.
  private let joined: [UInt64: Int32]
  /// The number of merges.
  let count: Int

  /// The symbol that `left` and `right` become, nil where they stay apart.
  func join(_ left: Int32, _ right: Int32) -> Int32? { joined[Self.pair(left, right)] }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Reads the text of a merges file: a line of heading, then two symbols a line.
  ///
  /// - Parameters:
  ///   - limit: how many merges the vocabulary has room for; the rest of the file is not read, as
  ///     OpenAI's own file goes on where CLIP stops.
  ///   - source: the file's name, for errors.
  /// - Throws: `CLIPError.badMerges` where a line does not join two symbols that are known by then
  ///   into a new one.
  init(text: String, limit: Int, source: String) throws(CLIPError) {
    let bytes = Array(text.utf8)
    var symbols = SymbolTable(capacity: 512 + limit)
    for end in ["", "</w>"] {
      for character in ByteAlphabet.characters {
        symbols.add(Array((character + end).utf8)[...])
      }
    }
    var joined: [UInt64: Int32] = [:]
    joined.reserveCapacity(limit)
    var number = 1, start = bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    while start < bytes.count, joined.count < limit {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = bytes[
        start..<(end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)]
      number += 1
      start = end + 1
      if line.isEmpty { continue }
      func fault(_ what: String) -> CLIPError {
        .badMerges(
          source, line: number, "'\(String(decoding: line.prefix(60), as: UTF8.self))' \(what)")
      }
      let space = line.firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex
      let left = line[..<space], right = line[space...].dropFirst()
      guard let first = symbols.symbol(left), let second = symbols.symbol(right) else {
        throw fault("does not join two known symbols")
      }
      joined[Self.pair(first, second)] = Int32(symbols.count)
      guard symbols.add(left, right) else { throw fault("makes a symbol for the second time") }
    }
    self.joined = joined
    self.count = joined.count
  }
}

/// The characters that stand for bytes in a merges file: what is printable in Latin-1 for itself,
/// the other 68 bytes as U+0100 and up, so that no line holds a space or a control.
enum ByteAlphabet {
  private static let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
  /// The bytes in the order of their tokens.
  private static let order = printable + (0...255).filter { !printable.contains($0) }
  private static let ids: [Int32] = {
    var ids = [Int32](repeating: 0, count: 256)
    for (id, byte) in order.enumerated() { ids[byte] = Int32(id) }
    return ids
  }()

  /// The token of a byte inside a word.
  static func id(of byte: UInt8) -> Int32 { ids[Int(byte)] }

  /// The characters in the order of their tokens.
  static var characters: [String] {
    (0..<256).map { id in
      String(
        Unicode.Scalar(code: id < printable.count ? order[id] : 0x100 + id - printable.count))
    }
  }
}
