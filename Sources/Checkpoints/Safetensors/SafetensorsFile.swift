import JSON

/// A `.safetensors` file: the header's length in 8 bytes, the header in JSON, the numbers.
///
/// The header maps each name to its type, shape and bytes; `__metadata__` holds strings. The bytes of
/// the tensors must fill the rest of the file without gap or overlap.
///
/// - SeeAlso: huggingface/safetensors, README, "Format".
enum SafetensorsFile {
  /// The limit of the format's own reader.
  static let headerLimit = 100_000_000

  static func read(_ file: MappedFile) throws(CheckpointError) -> CheckpointContents {
    try file.require(8, at: 0, for: "the header's length")
    guard let length = Int(exactly: file.integer(UInt64.self, at: 0)), length <= headerLimit else {
      throw .limitExceeded(
        path: file.path, what: "bytes of safetensors header", limit: headerLimit,
        found: Int(clamping: file.integer(UInt64.self, at: 0)))
    }
    try file.require(length, at: 8, for: "the safetensors header")
    var contents = CheckpointContents(file: file, format: .safetensors)
    var places: [(range: Range<Int>, name: String)] = []
    try file.withBytes(8..<8 + length) { (bytes) throws(CheckpointError) in
      var json = JSONReader(bytes)
      let malformed = { (fault: JSONReader.Fault) -> CheckpointError in
        .malformedHeader(path: file.path, offset: 8 + fault.offset, fault: fault.reason)
      }
      try json.object(
        { (json, name) throws(CheckpointError) in
          guard name != "__metadata__" else {
            contents.metadata = try metadata(&json, malformed)
            return
          }
          let field = try Field(&json, name: name, malformed)
          let entry = try field.entry(name, dataStart: 8 + length, file)
          places.append((entry.offset..<entry.offset + entry.byteCount, name))
          try contents.add(entry)
        }, fault: malformed)
      guard json.isAtEnd() else {
        throw .malformedHeader(
          path: file.path, offset: 8 + json.offset, fault: "something behind the header")
      }
    }
    guard !places.isEmpty else { throw .noTensors(path: file.path) }

    places.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 8 + length
    for place in places {
      guard place.range.lowerBound == end else {
        throw .malformedTensor(
          path: file.path, name: place.name,
          fault: "begins at byte \(place.range.lowerBound), expected \(end): gap or overlap")
      }
      end = place.range.upperBound
    }
    guard end == file.count else {
      throw .malformedHeader(
        path: file.path, offset: end, fault: "\(file.count - end) bytes belong to no tensor")
    }
    contents.interpretMetadata()
    return contents
  }

  private static func metadata(
    _ json: inout JSONReader, _ malformed: (JSONReader.Fault) -> CheckpointError
  ) throws(CheckpointError) -> [String: String] {
    var strings: [String: String] = [:]
    try json.object(
      { (json, key) throws(CheckpointError) in
        do throws(JSONReader.Fault) { strings[key] = try json.string() } catch {
          throw malformed(error)
        }
      }, fault: malformed)
    return strings
  }

  /// What the header says about one tensor.
  private struct Field {
    private var type: String?
    private var shape: [Int]?
    private var offsets: [Int]?

    init(
      _ json: inout JSONReader, name: String,
      _ malformed: (JSONReader.Fault) -> CheckpointError
    ) throws(CheckpointError) {
      var type: String?
      var shape: [Int]?
      var offsets: [Int]?
      try json.object(
        { (json, key) throws(CheckpointError) in
          do throws(JSONReader.Fault) {
            switch key {
            case "dtype": type = try json.string()
            case "shape": shape = try json.integers()
            case "data_offsets": offsets = try json.integers()
            default:
              throw JSONReader.Fault(
                offset: json.offset, reason: "tensor \(printable(name)) has an unknown field")
            }
          } catch { throw malformed(error) }
        }, fault: malformed)
      (self.type, self.shape, self.offsets) = (type, shape, offsets)
    }

    /// The checked place of the tensor in the file.
    func entry(_ name: String, dataStart: Int, _ file: MappedFile)
      throws(CheckpointError) -> TensorEntry
    {
      func malformed(_ fault: String) -> CheckpointError {
        .malformedTensor(path: file.path, name: name, fault: fault)
      }
      guard let type, let shape, let offsets, offsets.count == 2 else {
        throw malformed("needs dtype, shape and two data_offsets")
      }
      guard let elementType = ElementType(rawValue: type) else {
        throw .unsupported(
          path: file.path,
          what: "tensor \(printable(name)): numbers of type \(printable(type)) are not read")
      }
      guard offsets[0] <= offsets[1], offsets[1] <= file.count - dataStart else {
        throw .truncated(
          path: file.path, what: "tensor \(printable(name))",
          offset: dataStart.addingReportingOverflow(offsets[0]).partialValue,
          needed: offsets[1].subtractingReportingOverflow(offsets[0]).partialValue,
          fileSize: file.count)
      }
      guard let count = elementCount(shape), count <= file.count else {
        throw malformed("shape \(shape) is absurd")
      }
      let bytes = count * elementType.byteCount
      guard bytes == offsets[1] - offsets[0] else {
        throw malformed(
          "shape \(shape) of \(elementType.name) needs \(bytes) bytes, has \(offsets[1] - offsets[0])"
        )
      }
      return TensorEntry(
        name: name, type: elementType, extents: shape, offset: dataStart + offsets[0])
    }
  }
}
