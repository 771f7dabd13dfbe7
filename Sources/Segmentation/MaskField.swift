import Regions
import Tensors

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The logits behind every mask of one picture: prototypes, and the way from them to pixels
/// (YOLACT, arXiv 1904.02689, section 3: a mask is a linear combination of prototypes).
///
/// Immutable and shared by all instances; each question names the object by its `MaskSeed`.
final class MaskField: Sendable {
  /// 1×nm×h×w.
  let prototypes: Tensor
  let geometry: MaskGeometry

  init(prototypes: Tensor, geometry: MaskGeometry) {
    self.prototypes = prototypes
    self.geometry = geometry
  }

  /// What makes one object's mask out of the field.
  struct Seed: Sendable {
    /// The weight of each prototype.
    let coefficients: [Float]
    let crop: MaskGeometry.Crop
  }

  /// True where the mask of `seed` has the pixel (x, y): the very bit that `mask(of:)` would hold.
  ///
  /// Cost: 4 dot products of nm numbers, 16 where the geometry takes two steps; none outside the
  /// window.
  func contains(_ seed: Seed, x: Int, y: Int) -> Bool {
    logit(seed, x: x, y: y).map { $0 > 0 } ?? false
  }

  /// The sigmoid of the logit at (x, y); 0 outside the window.
  func probability(_ seed: Seed, x: Int, y: Int) -> Float {
    logit(seed, x: x, y: y).map { 1 / (1 + expf(-$0)) } ?? 0
  }

  /// The logit at the mask's pixel (x, y); nil outside the window.
  private func logit(_ seed: Seed, x: Int, y: Int) -> Float? {
    let window = seed.crop.window
    guard x >= window.x, y >= window.y, x < window.x + window.width, y < window.y + window.height
    else { return nil }
    return prototypes.withUnsafeElements { elements in
      seed.coefficients.withUnsafeBufferPointer { coefficients in
        logit(x, y, after: geometry.steps.count, elements, coefficients, seed.crop.cells)
      }
    }
  }

  /// The logit at (x, y) of the grid that the first `steps` resamplings make.
  private func logit(
    _ x: Int, _ y: Int, after steps: Int, _ elements: UnsafeBufferPointer<Float>,
    _ coefficients: UnsafeBufferPointer<Float>, _ cells: PixelRectangle?
  ) -> Float {
    if steps == 0 {
      if let cells, !cells.contains(PixelRectangle(x: x, y: y, width: 1, height: 1)) { return 0 }
      let plane = geometry.gridWidth * geometry.gridHeight
      let cell = y * geometry.gridWidth + x
      var sum: Float = 0
      for k in coefficients.indices { sum += coefficients[k] * elements[k * plane + cell] }
      return sum
    }
    // Read one by one: copies of the taps would count references, and threads would wait for each other there.
    let step = steps - 1
    let (left, right) = (geometry.steps[step].x.first[x], geometry.steps[step].x.second[x])
    let (leftWeight, rightWeight) = (
      geometry.steps[step].x.firstWeight[x], geometry.steps[step].x.secondWeight[x]
    )
    func row(_ sourceY: Int32) -> Float {
      let first = logit(Int(left), Int(sourceY), after: step, elements, coefficients, cells)
      let second = logit(Int(right), Int(sourceY), after: step, elements, coefficients, cells)
      return first * leftWeight + second * rightWeight
    }
    return row(geometry.steps[step].y.first[y]) * geometry.steps[step].y.firstWeight[y]
      + row(geometry.steps[step].y.second[y]) * geometry.steps[step].y.secondWeight[y]
  }
}
