import Tensors

/// The class logits of one level of the pyramid.
public struct ScoreMap: Sendable {
  /// Network pixels a cell: 8, 16 or 32.
  public let stride: Int
  /// 1×nc×h×w class logits.
  public let logits: Tensor

  /// The class logits of one level.
  public init(stride: Int, logits: Tensor) {
    self.stride = stride
    self.logits = logits
  }

  /// The number of cells, one anchor each.
  var cells: Int { logits.shape[2] * logits.shape[3] }
}

/// What the segmentation head answers, so that it need compute no more than is asked.
///
/// The class branch decides: boxes are read only for anchors whose score passes, coefficients only
/// for what survives non-maximum suppression. Anchors are numbered over all levels, finest first,
/// row by row.
public protocol SegmentationHead: Sendable {
  /// The class logits, finest level first; ask once, as they may be copied.
  var scoreMaps: [ScoreMap] { get }
  /// 1×nm×H/4×W/4 mask prototypes.
  var prototypes: Tensor { get }
  /// The bins of each box side's distribution (`reg_max`).
  var bins: Int { get }

  /// The distribution logits of `anchors`, a row of 4·`bins` each: left, top, right, bottom.
  func boxLogits(at anchors: [Int]) -> [Float]

  /// The mask coefficients of `anchors`, a row of nm each.
  func coefficients(at anchors: [Int]) -> [Float]
}

extension HeadOutput: SegmentationHead {
  /// The class logits, finest level first.
  public var scoreMaps: [ScoreMap] {
    levels.map { ScoreMap(stride: $0.stride, logits: $0.scores) }
  }

  /// The bins of each box side's distribution (`reg_max`).
  public var bins: Int { levels[0].boxes.shape[1] / 4 }

  /// The distribution logits of `anchors`, a row of 4·`bins` each: left, top, right, bottom.
  public func boxLogits(at anchors: [Int]) -> [Float] { gather(anchors, levels.map(\.boxes)) }

  /// The mask coefficients of `anchors`, a row of nm each.
  public func coefficients(at anchors: [Int]) -> [Float] {
    gather(anchors, levels.map(\.coefficients))
  }

  /// The channels of each anchor's cell, a row per anchor.
  private func gather(_ anchors: [Int], _ maps: [Tensor]) -> [Float] {
    let channels = maps[0].shape[1]
    var starts = [0]
    for map in maps { starts.append(starts[starts.count - 1] + map.shape[2] * map.shape[3]) }
    return [Float](unsafeUninitializedCapacity: anchors.count * channels) { rows, count in
      for (level, map) in maps.enumerated() {
        let cells = starts[level]..<starts[level + 1]
        map.withUnsafeElements { map in
          for (row, anchor) in anchors.enumerated() where cells.contains(anchor) {
            let cell = anchor - cells.lowerBound
            for channel in 0..<channels {
              rows[row * channels + channel] = map[channel * cells.count + cell]
            }
          }
        }
      }
      count = anchors.count * channels
    }
  }
}
