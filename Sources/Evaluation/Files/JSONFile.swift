import Imaging
import JSON

/// The bytes of the file at `path`; reading ends where `isWanted` says no to what has come.
func fileBytes(_ path: String, while isWanted: (UnsafeBufferPointer<UInt8>) -> Bool)
  throws(EvaluationError) -> [UInt8]
{
  do throws(ImageError) {
    return try FileContents.bytes(of: path, while: isWanted)
  } catch { throw EvaluationError.unreadable(error) }
}

/// Reads the one JSON value of a file.
///
/// - Throws: `EvaluationError.unreadable` or `.malformed`.
func readJSONFile<Value>(
  _ path: String, _ body: (inout JSONReader) throws(JSONReader.Fault) -> Value
) throws(EvaluationError) -> Value {
  // Of what is no text, a device without an end, only the beginning is read.
  let bytes = try fileBytes(path) { $0.prefix(8).allSatisfy { $0 >= 9 && $0 < 127 } }
  return try bytes.withUnsafeBufferPointer { (bytes) throws(EvaluationError) in
    var json = JSONReader(UnsafeRawBufferPointer(bytes))
    do throws(JSONReader.Fault) {
      let value = try body(&json)
      guard json.isAtEnd() else {
        throw JSONReader.Fault(offset: json.offset, reason: "something after the end")
      }
      return value
    } catch { throw .malformed(path: path, offset: error.offset, reason: error.reason) }
  }
}

extension JSONReader {
  /// Reads an object, each value by its key.
  mutating func fields(_ body: (inout JSONReader, String) throws(Fault) -> Void) throws(Fault) {
    try object(body, fault: { $0 })
  }

  /// Reads a finite number.
  mutating func finiteNumber() throws(Fault) -> Double {
    let start = offset
    let value = try number()
    guard value.isFinite else { throw Fault(offset: start, reason: "not a finite number") }
    return value
  }

  /// Reads `[x, y, width, height]`.
  mutating func rectangle() throws(Fault) -> Rectangle {
    let start = offset
    let sides = try array { (json) throws(Fault) in try json.finiteNumber() }
    guard sides.count == 4, sides[2] >= 0, sides[3] >= 0 else {
      throw Fault(offset: start, reason: "a box is x, y, width, height")
    }
    return Rectangle(x: sides[0], y: sides[1], width: sides[2], height: sides[3])
  }

  /// Reads a region: polygons, or run lengths of either kind; nil for an empty list.
  mutating func outline() throws(Fault) -> Outline? {
    let start = offset
    if kind() == .array {
      let polygons = try array { (json) throws(Fault) in
        try json.array { (json) throws(Fault) in try json.finiteNumber() }
      }
      return polygons.isEmpty ? nil : .polygons(polygons)
    }
    var size: [Int] = [], counts: [Int]?, text: String?
    try fields { (json, key) throws(Fault) in
      switch key {
      case "size": size = try json.integers()
      case "counts" where json.kind() == .array: counts = try json.integers()
      case "counts": text = try json.string()
      default: try json.skip()
      }
    }
    guard size.count == 2 else { throw Fault(offset: start, reason: "a mask without its size") }
    if let counts { return .counts(counts, width: size[1], height: size[0]) }
    if let text { return .compressed(text, width: size[1], height: size[0]) }
    throw Fault(offset: start, reason: "a mask without counts")
  }

  /// Reads 0, 1, `false` or `true`.
  mutating func flag() throws(Fault) -> Bool {
    let (start, text) = word()
    switch text {
    case "0", "false": return false
    case "1", "true": return true
    default: throw Fault(offset: start, reason: "expected 0 or 1")
    }
  }
}

/// The value, or a fault that names the key that is missing from the object at `offset`.
func required<Value>(_ value: Value?, _ key: String, at offset: Int) throws(JSONReader.Fault)
  -> Value
{
  guard let value else { throw JSONReader.Fault(offset: offset, reason: "\(key) is missing") }
  return value
}
