// What a convolution reads where only some cells are asked: im2col without the cells between.

extension BlockedMap {
  /// What a convolution of side R, stride 1 and padding R/2 reads for each of `cells`: a row of R·R·C
  /// numbers a cell, the patch row by row and the channels of each of its cells one after the other;
  /// zeros beyond the border.
  ///
  /// - Precondition: R is odd, and every cell is one of the map's.
  public func patches(side: Int, of cells: ArraySlice<Int>) -> [Float] {
    let reach = side / 2, numbers = cells.count * side * side * channels
    return [Float](unsafeUninitializedCapacity: numbers) { patches, count in
      count = numbers
      guard var target = patches.baseAddress else { return }
      for cell in cells {
        let (row, column) = cell.quotientAndRemainder(dividingBy: width)
        for y in row - reach...row + reach {
          for x in column - reach...column + reach {
            if (0..<height).contains(y), (0..<width).contains(x) {
              copyChannels(of: y * width + x, to: target)
            } else {
              target.update(repeating: 0, count: channels)
            }
            target += channels
          }
        }
      }
    }
  }
}
