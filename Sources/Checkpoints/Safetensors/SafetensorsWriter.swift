import Tensors

/// Collects tensors and writes them as one `.safetensors` file.
///
/// Nothing is copied until `write`: a writer over a mapped checkpoint is as small as its list of
/// names.
public struct SafetensorsWriter {
  /// How floating-point tensors of a checkpoint are stored.
  public enum Precision: Sendable {
    /// As they are: lossless.
    case asStored
    /// In 16 bits, rounded to nearest, ties to even; integers stay as they are.
    case half
  }

  /// The strings of `__metadata__`.
  public var metadata: [String: String] = [:]
  private var items: [Item] = []

  fileprivate struct Item {
    let name: String
    let type: ElementType
    let shape: Shape
    let source: Source
    var byteCount: Int { shape.count * type.byteCount }
  }

  fileprivate enum Source {
    case tensor(Tensor)
    case stored(WeightTensor)
    case halved(WeightTensor)
    case bytes([UInt8])
  }

  /// A writer of no tensors yet.
  public init() {}

  /// A writer of everything in `checkpoint`, with its size of pictures, class names and strings.
  public init(_ checkpoint: Checkpoint, precision: Precision = .asStored) {
    metadata = checkpoint.metadata.merging(
      CheckpointContents.describe(
        imageSize: checkpoint.imageSize, classNames: checkpoint.classNames)
    ) { $1 }
    for tensor in checkpoint.tensors { add(tensor, precision: precision) }
  }

  /// Adds a tensor in 32 bits.
  ///
  /// - Precondition: names are unique in one file.
  public mutating func add(_ tensor: Tensor, name: String) {
    items.append(Item(name: name, type: .float32, shape: tensor.shape, source: .tensor(tensor)))
  }

  /// Adds a tensor of another file under its own name.
  ///
  /// - Precondition: names are unique in one file.
  public mutating func add(_ tensor: WeightTensor, precision: Precision = .asStored) {
    let halves = precision == .half && tensor.type.isFloating && tensor.type != .float16
    items.append(
      Item(
        name: tensor.name, type: halves ? .float16 : tensor.type, shape: tensor.shape,
        source: halves ? .halved(tensor) : .stored(tensor)))
  }

  /// Adds bytes as a tensor of one axis, for what is not numbers: a text, say.
  ///
  /// - Precondition: names are unique in one file.
  public mutating func add(bytes: [UInt8], name: String) {
    items.append(Item(name: name, type: .uint8, shape: [bytes.count], source: .bytes(bytes)))
  }

  /// Writes the file at `path`, whole or not at all: an existing file is replaced in one step.
  ///
  /// Tensors are ordered by element size, largest first, so that each lies on a multiple of it; the
  /// first lies on a multiple of 64 bytes.
  ///
  /// - Throws: `unwritable`.
  public func write(to path: String) throws(CheckpointError) {
    precondition(
      Set(items.map(\.name)).count == items.count, "SafetensorsWriter: two tensors of one name")
    let ordered = items.enumerated().sorted {
      (-$0.element.type.byteCount, $0.offset) < (-$1.element.type.byteCount, $1.offset)
    }.map(\.element)
    let file = try ReplacementFile(path: path)
    try file.append(header(of: ordered))
    for item in ordered {
      try item.withBytes { (bytes) throws(CheckpointError) in try file.append(bytes) }
    }
    try file.commit()
  }

  private func header(of items: [Item]) -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let strings = metadata.sorted { $0.key < $1.key }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      fields.append("\"__metadata__\":{\(strings.joined(separator: ","))}")
    }
    var offset = 0
    for item in items {
      let shape = item.shape.extents.map(String.init).joined(separator: ",")
      fields.append(
        "\(quoted(item.name)):{\"dtype\":\"\(item.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(offset + item.byteCount)]}")
      offset += item.byteCount
    }
    var json = Array("{\(fields.joined(separator: ","))}".utf8)
    while (8 + json.count) % 64 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }

  /// Calls `body` with each tensor as it would be written, in the order of names.
  public func forEachTensor<E: Error>(
    _ body: (_ name: String, ElementType, Shape, UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    for item in items.sorted(by: { $0.name < $1.name }) {
      try item.withBytes { (bytes) throws(E) in try body(item.name, item.type, item.shape, bytes) }
    }
  }
}

extension SafetensorsWriter.Item {
  /// Calls `body` with the numbers as they are written.
  fileprivate func withBytes<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    switch source {
    case .tensor(let tensor):
      try tensor.withUnsafeElements { (elements) throws(E) in
        try body(UnsafeRawBufferPointer(elements))
      }
    case .stored(let tensor): try tensor.withRowMajorBytes(body)
    case .halved(let tensor):
      let halves = tensor.floats().withUnsafeElements { $0.map { Float16($0).bitPattern } }
      try halves.withUnsafeBufferPointer { (halves) throws(E) in
        try body(UnsafeRawBufferPointer(halves))
      }
    case .bytes(let bytes):
      try bytes.withUnsafeBufferPointer { (bytes) throws(E) in
        try body(UnsafeRawBufferPointer(bytes))
      }
    }
  }
}

extension ReplacementFile {
  fileprivate func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(CheckpointError) {
    try elements.withUnsafeBufferPointer { (elements) throws(CheckpointError) in
      try append(UnsafeRawBufferPointer(elements))
    }
  }
}
