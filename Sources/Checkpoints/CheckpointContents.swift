import Tensors

/// Where one tensor lies in a file; its numbers have been checked against the file.
struct TensorEntry: Sendable {
  let name: String
  let type: ElementType
  let extents: [Int]
  /// In elements; as many as extents.
  let strides: [Int]
  /// The first element's byte in the file.
  let offset: Int

  init(name: String, type: ElementType, extents: [Int], strides: [Int], offset: Int) {
    self.name = name
    self.type = type
    self.extents = extents
    self.strides = strides
    self.offset = offset
  }

  /// A tensor that lies in row-major order.
  init(name: String, type: ElementType, extents: [Int], offset: Int) {
    self.init(
      name: name, type: type, extents: extents, strides: rowMajorStrides(extents), offset: offset)
  }

  var shape: Shape { Shape(extents) }
  var count: Int { extents.reduce(1, *) }
  var byteCount: Int { count * type.byteCount }

  /// True where the elements follow each other in row-major order; axes of one element do not matter.
  var isContiguous: Bool {
    count == 0
      || zip(extents, zip(strides, rowMajorStrides(extents))).allSatisfy {
        $0 == 1 || $1.0 == $1.1
      }
  }
}

/// The number of elements of a foreign shape; nil where it, or its strides, would overflow.
func elementCount(_ extents: [Int]) -> Int? {
  // Zeros count as ones first: strides are products of the other extents.
  var product = 1
  for extent in extents {
    let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
    guard !overflow, extent >= 0 else { return nil }
    product = next
  }
  return extents.contains(0) ? 0 : product
}

/// The strides of a dense array, last axis contiguous.
func rowMajorStrides(_ extents: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: extents.count)
  for axis in stride(from: extents.count - 2, through: 0, by: -1) {
    strides[axis] = strides[axis + 1] * max(extents[axis + 1], 1)
  }
  return strides
}

/// Everything that a reader found in a file.
struct CheckpointContents: Sendable {
  let file: MappedFile
  let format: Checkpoint.Format
  private(set) var tensors: [TensorEntry] = []
  private(set) var index: [String: Int] = [:]
  var imageSize: ImageSize?
  var classNames: [Int: String] = [:]
  var metadata: [String: String] = [:]
  /// The CRC-32 that the container notes for parts of the file.
  var checksums: [(entry: String, range: Range<Int>, checksum: UInt32)] = []

  init(file: MappedFile, format: Checkpoint.Format) {
    self.file = file
    self.format = format
  }

  mutating func add(_ tensor: TensorEntry) throws(CheckpointError) {
    guard index.updateValue(tensors.count, forKey: tensor.name) == nil else {
      throw .duplicateTensor(path: file.path, name: tensor.name)
    }
    tensors.append(tensor)
  }
}
