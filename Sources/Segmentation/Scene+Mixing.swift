// What a mask is made of, for those who want to see it: the very numbers and functions that `mask()`
// uses, asked for in parts.

import Regions
import Tensors

extension Scene {
  /// 1×nm×h×w, the prototypes that all masks share.
  package var prototypes: Tensor { field.prototypes }

  /// The weights of the prototypes in the mask of instance `id`.
  package func coefficients(of id: Int) -> [Float] { seeds[id].coefficients }

  /// The pixels of the mask's frame that the box of instance `id` leaves to its mask.
  package func window(of id: Int) -> PixelRectangle { seeds[id].crop.window }

  /// The cells of the prototype grid outside of which the logits of instance `id` are set to 0; nil
  /// where the box crops the finished mask instead.
  package func cells(of id: Int) -> PixelRectangle? { seeds[id].crop.cells }

  /// The cells of the prototype grid that the window of instance `id` is computed from.
  package func sources(of id: Int) -> PixelRectangle {
    let window = seeds[id].crop.window
    guard !window.isEmpty else { return .empty }
    var columns = window.columns, rows = window.rows
    for step in field.geometry.steps.reversed() {
      columns = step.x.sources(of: columns)
      rows = step.y.sources(of: rows)
    }
    return PixelRectangle(
      x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
  }

  /// The bilinear resamplings between the prototype grid and the masks' pixels.
  package var upsamplings: Int { field.geometry.steps.count }

  /// h×w logits of instance `id` on the whole prototype grid, not cropped: Σ coefficient · prototype
  /// over `chosen`, or over all.
  ///
  /// The sum that `mask()` makes, in its order, with the coefficients of the others set to 0.
  package func logits(of id: Int, prototypes chosen: Set<Int>? = nil) -> Tensor {
    let coefficients = seeds[id].coefficients.enumerated().map {
      chosen?.contains($0.offset) ?? true ? $0.element : 0
    }
    let (width, height) = (field.geometry.gridWidth, field.geometry.gridHeight)
    let cells = CellLogits(
      field, uncropped(coefficients), columns: 0..<width, rows: 0..<height)
    CellLogits.combine([cells])
    return Tensor([height, width]) { target in
      for y in 0..<height { (target.pointer + y * width).update(from: cells.row(y), count: width) }
    }
  }

  /// The pixels of instance `id` whose logit lies above `logit`, `mask()` being those above 0;
  /// without the crop by its box where `isCropped` is false.
  package func mask(of id: Int, above logit: Float, isCropped: Bool = true) -> Mask {
    field.mask(
      of: isCropped ? seeds[id] : uncropped(seeds[id].coefficients), above: logit)
  }

  private func uncropped(_ coefficients: [Float]) -> MaskField.Seed {
    let everything = PixelRectangle(x: 0, y: 0, width: maskWidth, height: maskHeight)
    return MaskField.Seed(
      coefficients: coefficients, crop: MaskGeometry.Crop(window: everything, cells: nil))
  }
}
