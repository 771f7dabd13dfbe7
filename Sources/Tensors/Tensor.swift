/// A dense array of `Float`, row-major: the last axis is contiguous.
///
/// A value type; copies share memory until one of them is written.
///
/// Maps are N×C×H×W. There are no strides, no broadcasting and no operators: arithmetic belongs to
/// the kernels, which see plain memory, so a tensor is only a shape and its numbers.
public struct Tensor: Sendable {
  /// The extents of the axes, outermost first.
  public private(set) var shape: Shape
  private var storage: TensorStorage

  /// A tensor whose every element is `value`.
  public init(_ shape: Shape, repeating value: Float = 0) {
    self.init(shape) { $0.initialize(repeating: value) }
  }

  /// A tensor that `initialize` fills; it must write all `shape.count` elements.
  public init<E: Error>(
    _ shape: Shape,
    initializingWith initialize: (UnsafeMutableBufferPointer<Float>) throws(E) -> Void
  ) throws(E) {
    self.shape = shape
    self.storage = TensorStorage(count: shape.count)
    try initialize(UnsafeMutableBufferPointer(start: storage.base, count: shape.count))
  }

  /// A tensor of these elements in row-major order.
  ///
  /// - Precondition: `elements.count == shape.count`.
  public init(_ shape: Shape, _ elements: [Float]) {
    precondition(
      elements.count == shape.count,
      "Tensor: \(elements.count) elements for shape \(shape)")
    self.init(shape) { _ = $0.initialize(from: elements) }
  }

  /// These tensors one after the other along the first axis.
  ///
  /// - Precondition: at least one, and all of one shape but for that axis.
  public init(joining parts: [Tensor]) {
    let inner = parts[0].shape.extents.dropFirst()
    precondition(
      parts.allSatisfy { $0.shape.extents.dropFirst() == inner },
      "Tensor: joining \(parts.map(\.shape))")
    self.init(Shape([parts.reduce(0) { $0 + $1.shape[0] }] + inner)) { target in
      var start = 0
      for part in parts {
        part.withUnsafeElements { _ = target[start...].initialize(from: $0) }
        start += part.count
      }
    }
  }

  /// The number of elements.
  public var count: Int { storage.count }

  /// The elements in row-major order, copied.
  public var elements: [Float] { withUnsafeElements { Array($0) } }

  /// The same elements under another shape; costs nothing.
  ///
  /// - Precondition: both shapes hold the same number of elements.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == count, "reshaped: \(self.shape) to \(shape)")
    var result = self
    result.shape = shape
    return result
  }

  /// The element at `index`, one coordinate per axis.
  ///
  /// For tests and small jobs: each access checks its bounds.
  public subscript(index: Int...) -> Float {
    get { storage.base[offset(index)] }
    set {
      let offset = offset(index)
      withUnsafeMutableElements { $0[offset] = newValue }
    }
  }

  /// Calls `body` with the elements in row-major order; the pointer must not escape.
  public func withUnsafeElements<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.base, count: storage.count))
  }

  /// Calls `body` with the elements to change; copies first where memory is shared.
  public mutating func withUnsafeMutableElements<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = TensorStorage(count: storage.count)
      copy.base.initialize(from: storage.base, count: storage.count)
      storage = copy
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: storage.count))
  }

  private func offset(_ index: [Int]) -> Int {
    precondition(index.count == shape.rank, "Tensor: index \(index) in shape \(shape)")
    var offset = 0
    for (axis, i) in index.enumerated() {
      precondition(i >= 0 && i < shape[axis], "Tensor: index \(index) in shape \(shape)")
      offset = offset * shape[axis] + i
    }
    return offset
  }
}

extension Tensor: Equatable {
  /// True where the shapes and all elements are equal (so a NaN is never equal).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape else { return false }
    return a.withUnsafeElements { x in b.withUnsafeElements { y in x.elementsEqual(y) } }
  }
}

extension UnsafeBufferPointer<Float> {
  /// The address of the first element; a tensor's memory always has one, even when it is empty.
  public var pointer: UnsafePointer<Float> {
    guard let baseAddress else { preconditionFailure("Tensor: no memory") }
    return baseAddress
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// The address of the first element; a tensor's memory always has one, even when it is empty.
  public var pointer: UnsafeMutablePointer<Float> {
    guard let baseAddress else { preconditionFailure("Tensor: no memory") }
    return baseAddress
  }
}
