/// Inner products with half as many multiplications.
///
/// After Shmuel Winograd, "A New Algorithm for Inner Product", IEEE Transactions on Computers C-17 (1968).
///
///     x₁w₁ + x₂w₂  =  (x₁ + w₂)(x₂ + w₁) − x₁x₂ − w₁w₂
///
/// The products x₁x₂ are the same for all filters, and w₁w₂ for all pixels: both are summed once, and the sums
/// subtracted in the end. What remains is one multiply-add and two additions where there were two multiply-adds.
/// That pays where a processor has adders beside its multipliers, as Zen has: with two thirds of the products in
/// pairs each of the four units has work in every cycle, and three products are done in the time of two.
///
/// Numbers of both kinds are added, so they must be of one size: if x is r times as large as w, the rounding
/// error is some r/2 times that of a plain sum; if they are alike, 1 to 2 times (measured on all layers of a
/// trained network). So one kind is multiplied by a power of two before, and the sums by its inverse after.
///
/// Every second pair is (w₂ − x₁)(w₁ − x₂) and is subtracted: activations are mostly positive, and so the sums
/// of x₁x₂ stay small.
public struct PairedProducts {
  /// Which lanes of a block are pairs, and with which sign.
  ///
  /// Pairs are 0 and 1, 3 and 4, 6 and 7, 9 and 10, 12 and 13; 2, 5, 8, 11, 14 and 15 stand alone. The sign is
  /// that with which a lane's product with the lane before it is missing from the sum, 0 where the two are no
  /// pair.
  @inlinable @inline(__always)
  public static func sign(_ lane: Int) -> Float {
    lane % 3 != 1 ? 0 : lane & 1 == 1 ? -1 : 1
  }

  /// The root mean square of the filter's numbers.
  public var filterSize: Float
  /// The sums of the filters' own pairs, each product with its ``sign(_:)``: for each panel and each place of
  /// the transformed filters (a 1×1 filter has one) one number an output lane.
  public var filterSums: UnsafePointer<Float>
  /// The power of two that the filter is multiplied by, to be as large as the inputs.
  public var scale: Float = 1

  /// Pairs that are not scaled yet.
  public init(filterSize: Float, filterSums: UnsafePointer<Float>) {
    self.filterSize = filterSize
    self.filterSums = filterSums
  }
}
