import Tensors

/// One stored tensor: cheap to hold and to copy, its numbers still in the file.
public struct WeightTensor: Sendable {
  let entry: TensorEntry
  let file: MappedFile

  /// The full dotted name.
  public var name: String { entry.name }

  /// The extents, outermost first.
  public var shape: Shape { entry.shape }

  /// The kind of number stored.
  public var type: ElementType { entry.type }

  /// The number of elements.
  public var count: Int { entry.count }

  /// The elements as `Float` in row-major order.
  ///
  /// Exact for every floating type but `float64`, which is rounded to nearest; integers are exact
  /// up to 2²⁴. Costs one pass over the elements; nothing is kept, nor do the file's pages stay in
  /// memory.
  public func floats() -> Tensor {
    defer { file.release(entry.offset..<entry.offset + entry.byteCount) }
    return Tensor(shape) { result in
      withRowMajorBytes { bytes in
        guard let base = result.baseAddress else { return }
        widen(bytes, entry.type, to: base)
      }
    }
  }

  /// The elements in row-major order as integers; nil where the stored type is a floating one.
  public func integers() -> [Int]? {
    guard !entry.type.isFloating else { return nil }
    let type = entry.type
    return withRowMajorBytes { bytes in
      (0..<entry.count).map { i in
        let offset = i * type.byteCount
        return switch type {
        case .int64: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        case .int32: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        case .int16: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
        case .int8: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int8.self))
        default: Int(bytes[offset])
        }
      }
    }
  }

  /// Calls `body` with the stored bytes in row-major order; copies only where strides require it.
  ///
  /// The bytes may lie on any address: load them unaligned.
  public func withRowMajorBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    if entry.isContiguous {
      let start = entry.count == 0 ? 0 : entry.offset
      return try file.withBytes(start..<start + entry.byteCount, body)
    }
    let gathered = UnsafeMutableRawBufferPointer.allocate(
      byteCount: entry.byteCount, alignment: 16)
    defer { gathered.deallocate() }
    gather(into: gathered)
    return try body(UnsafeRawBufferPointer(gathered))
  }

  /// Copies the elements of a strided tensor (channels-last, a transposed view) in row-major order.
  private func gather(into target: UnsafeMutableRawBufferPointer) {
    let size = entry.type.byteCount
    let inner = entry.extents[entry.extents.count - 1]
    let innerStride = entry.strides[entry.strides.count - 1] * size
    let outer = entry.extents.dropLast()
    var index = [Int](repeating: 0, count: outer.count)
    let reach = zip(entry.extents, entry.strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    file.withBytes(entry.offset..<entry.offset + (reach + 1) * size) { source in
      guard let from = source.baseAddress, let to = target.baseAddress else { return }
      var written = 0
      while written < target.count {
        let row = zip(index, entry.strides).reduce(0) { $0 + $1.0 * $1.1 } * size
        for i in 0..<inner {
          (to + written).copyMemory(from: from + row + i * innerStride, byteCount: size)
          written += size
        }
        for axis in stride(from: outer.count - 1, through: 0, by: -1) {
          index[axis] += 1
          if index[axis] < outer[axis] { break }
          index[axis] = 0
        }
      }
    }
  }
}
