import VectorTypes

// Two ways to sum products in a register tile: one by one, and in pairs (VectorTypes/PairedProducts.swift
// has the identity).

/// A way to sum the products of 16 input channels after the other.
protocol InnerProduct {
  /// Pixels of the largest tile.
  static var widest: Int { get }
  /// The width of the tile where so many pixels are left.
  static func tileWidth(_ count: Int) -> Int
  /// Whether sums of pairs are needed.
  static var isPaired: Bool { get }

  /// The sums before the first product.
  ///
  /// - Parameters:
  ///   - pixels: for each pixel of the tile, the sum of its own pairs.
  ///   - filters: for each filter, the sum of its own pairs: `vectors`×16.
  static func begin<let pixels: Int, let vectors: Int>(
    _ zeros: Zeros, pixels: UnsafePointer<Float>, filters: UnsafePointer<Float>
  ) -> Tile<pixels, vectors>

  /// Adds the products of 16 input channels: see ``accumulate(_:_:step:_:)``.
  static func add<let pixels: Int, let vectors: Int>(
    _ sums: inout Tile<pixels, vectors>, _ input: UnsafePointer<Float>, step: Int,
    _ filter: UnsafePointer<Float>)
}

/// The definition.
enum Plain: InnerProduct {
  @inline(__always) static var widest: Int { 14 }
  @inline(__always) static func tileWidth(_ count: Int) -> Int { registerTileWidth(count) }
  @inline(__always) static var isPaired: Bool { false }

  @inline(__always)
  static func begin<let pixels: Int, let vectors: Int>(
    _ zeros: Zeros, pixels: UnsafePointer<Float>, filters: UnsafePointer<Float>
  ) -> Tile<pixels, vectors> {
    zeros.tile()
  }

  @inline(__always)
  static func add<let pixels: Int, let vectors: Int>(
    _ sums: inout Tile<pixels, vectors>, _ input: UnsafePointer<Float>, step: Int,
    _ filter: UnsafePointer<Float>
  ) {
    accumulate(&sums, input, step: step, filter)
  }
}

#if VECTOR_AVX512
  /// Five pairs and six single products of each 16 channels: for a pixel and a vector of filters, 11
  /// multiply-adds beside 10 additions, where the definition has 16 multiply-adds.
  ///
  /// A tile of 12×2 needs 24 sums, the filters of three channels (6) and the two factors of a pair: all 32
  /// registers. The pixels' numbers are operands in memory.
  enum Paired: InnerProduct {
    @inline(__always) static var widest: Int { 12 }
    @inline(__always) static var isPaired: Bool { true }

    /// As few tiles as can be, all about equally wide.
    @inline(__always)
    static func tileWidth(_ count: Int) -> Int {
      let tiles = (count &+ 11) / 12
      let width = (count &+ tiles &- 1) / tiles
      return width > 10 ? 12 : width > 8 ? 10 : width > 4 ? 8 : 4
    }

    @inline(__always)
    static func begin<let pixels: Int, let vectors: Int>(
      _ zeros: Zeros, pixels numbers: UnsafePointer<Float>, filters: UnsafePointer<Float>
    ) -> Tile<pixels, vectors> {
      var sums: Tile<pixels, vectors> = zeros.tile()
      var v = 0
      while v < vectors {
        let filter = load(filters + v &* 16)
        var p = 0
        while p < pixels {
          sums[unchecked: p][unchecked: v] = filter + Lanes(repeating: numbers[p])
          p &+= 1
        }
        v &+= 1
      }
      return sums
    }

    @inline(__always)
    static func add<let pixels: Int, let vectors: Int>(
      _ sums: inout Tile<pixels, vectors>, _ input: UnsafePointer<Float>, step: Int,
      _ filter: UnsafePointer<Float>
    ) {
      let channel = vectors &* 16
      addThree(&sums, input, step, filter, isNegated: false)
      addThree(&sums, input + 3, step, filter + 3 &* channel, isNegated: true)
      addThree(&sums, input + 6, step, filter + 6 &* channel, isNegated: false)
      addThree(&sums, input + 9, step, filter + 9 &* channel, isNegated: true)
      addThree(&sums, input + 12, step, filter + 12 &* channel, isNegated: false)
      var p = 0
      while p < pixels {
        var v = 0
        while v < vectors {
          sums[unchecked: p][unchecked: v] = sums[unchecked: p][unchecked: v].adding(
            load(filter + 15 &* channel + v &* 16), timesNumberAt: input + (15 &+ p &* step))
          v &+= 1
        }
        p &+= 1
      }
    }

    /// The products of three channels: a pair and one alone.
    @inline(__always)
    private static func addThree<let pixels: Int, let vectors: Int>(
      _ sums: inout Tile<pixels, vectors>, _ input: UnsafePointer<Float>, _ step: Int,
      _ filter: UnsafePointer<Float>, isNegated: Bool
    ) {
      let channel = vectors &* 16
      var first = InlineArray<vectors, Lanes>(repeating: .zero)
      var second = InlineArray<vectors, Lanes>(repeating: .zero)
      var third = InlineArray<vectors, Lanes>(repeating: .zero)
      var v = 0
      while v < vectors {
        first[unchecked: v] = load(filter + v &* 16)
        second[unchecked: v] = load(filter + (channel &+ v &* 16))
        third[unchecked: v] = load(filter + (2 &* channel &+ v &* 16))
        v &+= 1
      }
      var p = 0
      while p < pixels {
        let x = input + p &* step
        v = 0
        while v < vectors {
          sums[unchecked: p][unchecked: v] = sums[unchecked: p][unchecked: v].addingThree(
            first[unchecked: v], second[unchecked: v], third[unchecked: v],
            timesNumbersAt: x, isNegated: isNegated)
          v &+= 1
        }
        p &+= 1
      }
    }
  }
#endif
