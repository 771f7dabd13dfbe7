// Goals, in this order: a PNG that every reader takes; time and size proportional to the mask's
// runs, not to its pixels. A general encoder spends 5 ms on each mask of a 1.4-megapixel picture,
// which for 300 masks is longer than the network runs.

import Regions

/// A mask as an 8-bit grey PNG, 0 outside and 255 inside, compressed straight from its runs.
///
/// The picture is a sequence of runs of two byte values, so each run is its first byte and then
/// copies of the byte before (matches of distance 1), and one fixed set of Huffman codes suits all
/// masks: the longest copy, 258 bytes, takes two bits.
///
/// - SeeAlso: RFC 1950 (zlib), RFC 1951 (deflate) §3.2, the PNG specification (3rd ed.).
enum MaskPNG {
  static func encode(_ mask: Mask) -> [UInt8] {
    var data = RunDeflater()
    // Each row begins with a filter byte, 0: it joins the run of zeros that it lies in or starts.
    var position = 0
    mask.forEachRun { row, start, end in
      let base = row * (mask.width + 1) + 1
      data.add(0, count: base + start - position)
      data.add(255, count: end - start)
      position = base + end
    }
    data.add(0, count: mask.height * (mask.width + 1) - position)

    var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let size = bigEndian(mask.width) + bigEndian(mask.height)
    // 8 bits, grey, deflate, the standard filters, not interlaced.
    append("IHDR", size + [8, 0, 0, 0, 0], to: &png)
    append("IDAT", data.finished(), to: &png)
    append("IEND", [], to: &png)
    return png
  }

  private static func append(_ name: String, _ content: [UInt8], to png: inout [UInt8]) {
    let body = Array(name.utf8) + content
    png += bigEndian(content.count) + body + bigEndian(Int(CRC32.of(body)))
  }

  fileprivate static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

/// A zlib stream of runs of the bytes 0 and 255.
private struct RunDeflater {
  private var bits = BitWriter()
  /// The run that is not yet written: neighbours of one value are one run.
  private var value: UInt8 = 0, count = 0
  /// Adler-32's two sums.
  private var sum = 1, sumOfSums = 0

  init() {
    // 32 kB window, no dictionary, fastest; then one block, the last, with codes of its own.
    bits.append(0x0178, count: 16)
    bits.append(0b101, count: 3)
    RunCodes.shared.writeHeader(to: &bits)
  }

  mutating func add(_ newValue: UInt8, count newCount: Int) {
    guard newCount > 0 else { return }
    if newValue != value {
      flush()
      value = newValue
    }
    count += newCount
  }

  private mutating func flush() {
    guard count > 0 else { return }
    let codes = RunCodes.shared
    bits.append(codes.symbols[Int(value)])
    var rest = count - 1
    while rest >= 258 {
      bits.append(codes.longest)
      rest -= 258
    }
    if rest >= 3 {
      bits.append(codes.copies[rest])
    } else {
      for _ in 0..<rest { bits.append(codes.symbols[Int(value)]) }
    }
    // Both sums over the run in closed form: the second grows by n·sum + v·(1 + 2 + … + n).
    let modulus = 65521, n = count % modulus, v = Int(value)
    let triangle =
      count.isMultiple(of: 2)
      ? count / 2 % modulus * ((count + 1) % modulus) : (count + 1) / 2 % modulus * n
    sumOfSums = (sumOfSums + n * sum + v * (triangle % modulus)) % modulus
    sum = (sum + v * n) % modulus
    count = 0
  }

  mutating func finished() -> [UInt8] {
    flush()
    bits.append(RunCodes.shared.symbols[256])
    return bits.finished() + MaskPNG.bigEndian(sumOfSums << 16 | sum)
  }
}

/// The Huffman codes of a block of runs.
private struct RunCodes: Sendable {
  static let shared = RunCodes()

  /// Code lengths of the two literals, the end of block (256) and the copies' lengths (257 … 285).
  private static let lengths: [Int] = {
    var lengths = [Int](repeating: 0, count: 286)
    lengths[0] = 4
    lengths[255] = 4
    // Ten of 7 bits and nineteen of 6 make the code complete, as readers demand:
    // 1/2 + 2/16 + 10/128 + 19/64 = 1.
    for symbol in 256...265 { lengths[symbol] = 7 }
    for symbol in 266...284 { lengths[symbol] = 6 }
    lengths[285] = 1
    return lengths
  }()

  let symbols: [Code]
  /// A copy of 3 … 257 bytes from distance 1: length code, extra bits, distance code.
  let copies: [Code]
  /// A copy of 258 bytes.
  let longest: Code

  private init() {
    let symbols = Code.canonical(RunCodes.lengths)
    // The only distance code is a single 0 bit.
    let distance = Code(bits: 0, count: 1)
    var copies = [Code](repeating: Code(bits: 0, count: 0), count: 258)
    // RFC 1951 §3.2.5: codes 257 … 264 are lengths 3 … 10, then four codes each share 1, 2, … extra
    // bits, up to 284.
    var length = 3
    for symbol in 257...284 {
      let extra = max(0, (symbol - 261) / 4)
      for rest in 0..<(1 << extra) where length + rest < copies.count {
        copies[length + rest] = symbols[symbol].followed(by: Code(bits: UInt64(rest), count: extra))
          .followed(by: distance)
      }
      length += 1 << extra
    }
    self.symbols = symbols
    self.copies = copies
    longest = symbols[285].followed(by: distance)
  }

  /// The block's description of its codes: code lengths, themselves Huffman-coded.
  func writeHeader(to bits: inout BitWriter) {
    bits.append(29, count: 5)  // 257 + 29 literal and length codes,
    bits.append(0, count: 5)  // 1 + 0 distance codes,
    bits.append(14, count: 4)  // and 4 + 14 code lengths of the code lengths, in this order:
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1]
    var codeLengths = [Int](repeating: 0, count: 19)
    (codeLengths[6], codeLengths[7], codeLengths[1], codeLengths[4], codeLengths[18]) =
      (1, 2, 3, 4, 4)
    for symbol in order { bits.append(UInt64(codeLengths[symbol]), count: 3) }
    let codes = Code.canonical(codeLengths)
    bits.append(codes[4])
    // Symbol 18: 11 + the next seven bits zeros; 138 and 116 for the literals 1 … 254.
    for zeros in [138, 116] {
      bits.append(codes[18])
      bits.append(UInt64(zeros - 11), count: 7)
    }
    for symbol in 255...285 { bits.append(codes[RunCodes.lengths[symbol]]) }
    bits.append(codes[1])  // The distance code's length.
  }
}

/// Some bits, the first one lowest.
private struct Code: Sendable {
  var bits: UInt64
  var count: Int

  func followed(by other: Code) -> Code {
    Code(bits: bits | other.bits << UInt64(count), count: count + other.count)
  }

  /// The codes that their lengths imply (RFC 1951 §3.2.2), 0 for symbols that have none.
  static func canonical(_ lengths: [Int]) -> [Code] {
    var codes = lengths.map { Code(bits: 0, count: $0) }
    var next = 0
    for length in 1...15 {
      next <<= 1
      for symbol in lengths.indices where lengths[symbol] == length {
        // Huffman codes go out from their highest bit.
        for bit in 0..<length where next >> bit & 1 != 0 {
          codes[symbol].bits |= 1 << UInt64(length - 1 - bit)
        }
        next += 1
      }
    }
    return codes
  }
}

/// Bits into bytes, the lowest bit of each byte first.
private struct BitWriter {
  private var bytes: [UInt8] = []
  private var pending: UInt64 = 0, count = 0

  mutating func append(_ code: Code) { append(code.bits, count: code.count) }

  mutating func append(_ bits: UInt64, count newCount: Int) {
    pending |= bits << UInt64(count)
    count += newCount
    while count >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      count -= 8
    }
  }

  /// All bytes, the last one filled up with zeros.
  func finished() -> [UInt8] {
    count > 0 ? bytes + [UInt8(truncatingIfNeeded: pending)] : bytes
  }
}

/// The checksum of PNG's chunks.
private enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 != 0 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
    }
  }

  static func of(_ bytes: [UInt8]) -> UInt32 {
    var value = ~UInt32(0)
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    return ~value
  }
}
