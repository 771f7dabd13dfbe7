import Graphs
import Kernels
import Plans
import Segmentation
import Tensors
import YOLOv8

/// The head's output with the class branch whole, and boxes and coefficients computed for the anchors
/// that are asked; valid as long as the results of the plan are.
///
/// In a picture few cells hold an object, and each branch has two more convolutions after the first,
/// which the plan computes for all branches together.
struct LazyHead: SegmentationHead {
  /// What a level's boxes and coefficients are computed by.
  struct Branches: Sendable {
    let boxes: CellBranch, coefficients: CellBranch

    /// Those of one level; reads their weights.
    init(_ graph: Graph, level: Int) {
      boxes = CellBranch(graph, from: "boxes.\(level).hidden", to: "boxes.\(level)")
      coefficients = CellBranch(
        graph, from: "coefficients.\(level).hidden", to: "coefficients.\(level)")
    }
  }

  /// A value of one level that is known once its branch is run.
  private struct Value {
    let branch: CellBranch
    /// What it is computed from.
    let hidden: BlockedMap

    init(_ branch: CellBranch, _ results: Plan.Results) {
      self.branch = branch
      hidden = results.blockedMap(branch.source)
    }
  }

  let scoreMaps: [ScoreMap]
  let prototypes: Tensor

  private let boxes: [Value], coefficients: [Value]
  private let pool: ThreadPool

  /// - Parameters:
  ///   - results: of a plan that keeps `YOLOv8Seg.lazyOutputs`.
  ///   - branches: one for each level.
  init(_ results: Plan.Results, _ branches: [Branches], on pool: ThreadPool) {
    scoreMaps = zip(YOLOv8Seg.strides, branches.indices).map { stride, level in
      ScoreMap(stride: stride, logits: results.tensor("classes.\(level)"))
    }
    prototypes = results.tensor("prototypes")
    boxes = branches.map { Value($0.boxes, results) }
    coefficients = branches.map { Value($0.coefficients, results) }
    self.pool = pool
  }

  var bins: Int { boxes[0].branch.channels / 4 }

  func boxLogits(at anchors: [Int]) -> [Float] { rows(of: boxes, at: anchors) }

  func coefficients(at anchors: [Int]) -> [Float] { rows(of: coefficients, at: anchors) }

  /// The values of each anchor's cell, a row per anchor; every level computes its own in one go.
  private func rows(of values: [Value], at anchors: [Int]) -> [Float] {
    let channels = values[0].branch.channels
    var rows = [Float](repeating: 0, count: anchors.count * channels)
    var first = 0
    for value in values {
      let end = first + value.hidden.cells
      let asked = anchors.indices.filter { (first..<end).contains(anchors[$0]) }
      let found = value.branch.rows(
        of: value.hidden, at: asked.map { anchors[$0] - first }, on: pool)
      for (i, row) in asked.enumerated() {
        for c in 0..<channels { rows[row * channels + c] = found[i * channels + c] }
      }
      first = end
    }
    return rows
  }
}
