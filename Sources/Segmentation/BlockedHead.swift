// The head's output decoded where it lies: what a whole trace or a benchmark asks for in one go.

import Kernels
import Tensors

/// The head's output where a plan left it, not copied: valid as long as the maps are.
public struct BlockedHead: Sendable {
  /// One level of the pyramid; the channels are those of `HeadLevel`.
  public struct Level: Sendable {
    let stride: Int
    let boxes: BlockedMap, scores: BlockedMap, coefficients: BlockedMap

    /// One level of the head's output.
    ///
    /// - Parameters:
    ///   - stride: network pixels a cell.
    ///   - boxes: 4R×h×w logits of the sides' distributions.
    ///   - scores: nc×h×w class logits.
    ///   - coefficients: nm×h×w mask coefficients.
    public init(
      stride: Int, boxes: BlockedMap, scores: BlockedMap, coefficients: BlockedMap
    ) {
      self.stride = stride
      self.boxes = boxes
      self.scores = scores
      self.coefficients = coefficients
    }
  }

  /// 1×nm×H/4×W/4 mask prototypes.
  public let prototypes: Tensor

  private let levels: [Level]

  /// The output of one forward pass, finest level first.
  public init(levels: [Level], prototypes: Tensor) {
    self.levels = levels
    self.prototypes = prototypes
  }
}

extension BlockedHead {
  /// Everything the head says about every anchor, decoded: what `predictions()` defines, up to
  /// rounding, 1×(4+nc+nm)×A.
  ///
  /// Cost: as there, 16 anchors at a time, and every map is read once.
  public func predictions(on pool: ThreadPool) -> Tensor {
    var parts: [Part] = []
    var anchors = 0
    let chunk = 128  // Its logits, 32 KiB of 16 bins, stay in the first cache.
    for level in levels {
      for first in stride(from: 0, to: level.scores.cells, by: chunk) {
        let cells = first..<min(first + chunk, level.scores.cells)
        parts.append(Part(level: level, cells: cells, firstAnchor: anchors + first))
      }
      anchors += level.scores.cells
    }
    let rows = 4 + levels[0].scores.channels + levels[0].coefficients.channels
    return Tensor([1, rows, anchors]) { target in
      nonisolated(unsafe) let target = target.pointer  // Each task writes columns of its own.
      pool.run(parts.count) { task, _ in
        parts[task].decode(to: target + parts[task].firstAnchor, step: anchors)
      }
    }
  }
}

/// Neighbouring cells of one level.
private struct Part {
  let level: BlockedHead.Level
  let cells: Range<Int>
  /// The anchor of the first cell.
  let firstAnchor: Int

  /// Writes the columns of `predictions` for these cells; its rows are `step` floats apart.
  func decode(to target: UnsafeMutablePointer<Float>, step: Int) {
    decodeBoxes(to: target, step: step)
    let probabilities = target + 4 * step, classes = level.scores.channels
    level.scores.copyPlanes(of: cells, to: probabilities, step: step)
    for c in 0..<classes { VectorKernels.best.sigmoid(probabilities + c * step, cells.count) }
    level.coefficients.copyPlanes(of: cells, to: target + (4 + classes) * step, step: step)
  }

  private func decodeBoxes(to target: UnsafeMutablePointer<Float>, step: Int) {
    let bins = level.boxes.channels / 4
    let vectors = (cells.count + 15) / 16, width = vectors * 16
    // The logits, a row a bin; then the sides, which take the places of their first rows.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * bins * width) { scratch in
      guard let rows = scratch.baseAddress else { return }
      // Whole vectors are read: what stands past the cells is not used, but is some number.
      for row in 0..<4 * bins {
        (rows + row * width + cells.count).initialize(repeating: 0, count: width - cells.count)
      }
      level.boxes.copyPlanes(of: cells, to: rows, step: width)
      for side in 0..<4 {
        let logits = rows + side * bins * width
        VectorKernels.best.expectedBins(logits, bins, width, vectors, logits)
      }
      let left = rows, top = rows + bins * width
      let right = rows + 2 * bins * width, bottom = rows + 3 * bins * width
      var (y, x) = cells.lowerBound.quotientAndRemainder(dividingBy: level.boxes.width)
      for i in 0..<cells.count {
        let box = CentredBox(
          sides: (left[i], top[i], right[i], bottom[i]), x: Float(x) + 0.5, y: Float(y) + 0.5,
          stride: Float(level.stride))
        target[i] = box.x
        target[step + i] = box.y
        target[2 * step + i] = box.width
        target[3 * step + i] = box.height
        x += 1
        if x == level.boxes.width { (x, y) = (0, y + 1) }
      }
    }
  }
}
