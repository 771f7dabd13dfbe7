/// The extents of a dense array, outermost first: `[N, C, H, W]` for maps, `[O, I, R, S]` for
/// convolution filters, `[]` for a scalar.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extents, outermost first; each is at least 0.
  public let extents: [Int]

  /// A shape with these extents.
  ///
  /// - Precondition: no extent is negative.
  public init(_ extents: [Int]) {
    precondition(extents.allSatisfy { $0 >= 0 }, "Shape: negative extent in \(extents)")
    self.extents = extents
  }

  /// A shape with these extents.
  public init(arrayLiteral extents: Int...) { self.init(extents) }

  /// The number of axes.
  public var rank: Int { extents.count }

  /// The number of elements: the product of the extents (1 for a scalar).
  public var count: Int { extents.reduce(1, *) }

  /// The extent along `axis`, counted from the outermost.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// `1×32×160×160`.
  public var description: String {
    rank == 0 ? "scalar" : extents.map(String.init).joined(separator: "×")
  }
}
