extension WeightTensor {
  /// The part of the tensor whose outermost index is in `range`, still in the file.
  ///
  /// For tables of which only a few rows are needed, as an embedding's.
  ///
  /// - Precondition: the tensor has an axis, and `range` lies in it.
  public func rows(_ range: Range<Int>) -> WeightTensor {
    precondition(
      shape.rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0],
      "rows: \(range) of \(shape)")
    let part = TensorEntry(
      name: entry.name, type: entry.type, extents: [range.count] + entry.extents.dropFirst(),
      strides: entry.strides,
      offset: entry.offset + range.lowerBound * entry.strides[0] * entry.type.byteCount)
    return WeightTensor(entry: part, file: file)
  }
}
