import Checkpoints
import Graphs
import Imaging
import Kernels
import Outputs
import Plans
import Segmentation
import Synchronization
import Tensors
import YOLOv8

/// FastSAM, ready to run: weights opened, the network described, plans made as sizes come up.
///
///     let segmenter = try Segmenter(weights: "FastSAM-s.pt")
///     let scene = segmenter.segment(try Image(contentsOf: "dogs.jpg"))
///     for instance in scene.instances { print(instance.score, instance.box, instance.mask().area) }
///     let dog = try scene.select(.point(x: 350, y: 300))
///
/// Immutable to its users and safe to use from several tasks at once. Tasks share one pool: while one
/// of them has it, the others compute on their own threads.
public final class Segmenter: Sendable {
  /// What the weights call themselves: their file's name without its suffix.
  public let name: String
  /// The network.
  public let network: YOLOv8Seg
  /// The number of learned parameters before batch norms are folded.
  public let parameters: Int
  /// The size of pictures that the network was trained for, which is the default.
  public let imageSize: ImageSize
  /// The names of the classes, by index.
  public let classNames: [String]
  /// The thresholds that the weights were calibrated for, or else those of `SegmentationOptions`.
  public let defaultOptions: SegmentationOptions
  /// The threads that compute.
  public let pool: ThreadPool

  private let filters = FilterStore()
  private let plans = Mutex(PlanStore())

  /// FastSAM with the demo weights, which are part of the program; see `Checkpoint.demo()`.
  ///
  /// - Throws: `CheckpointError` where the program was built with broken ones.
  public convenience init(threads: Int = ThreadPool.processorCount) throws(CheckpointError) {
    try self.init(checkpoint: .demo(), name: Checkpoint.demoName, threads: threads)
  }

  /// Opens a checkpoint of FastSAM or another YOLOv8-seg network.
  ///
  /// Nothing of the weights is read here but names and shapes.
  ///
  /// - Parameters:
  ///   - path: a `.pt` or `.safetensors` file.
  ///   - threads: how many compute; the processors by default.
  /// - Throws: `CheckpointError`.
  public convenience init(
    weights path: String, threads: Int = ThreadPool.processorCount
  ) throws(CheckpointError) {
    let base = OutputNames.baseName(path)
    let stem = base.lastIndex(of: ".").map { String(base[..<$0]) } ?? base
    try self.init(checkpoint: Checkpoint(path: path), name: stem, threads: threads)
  }

  /// The network in an open checkpoint.
  ///
  /// - Throws: `CheckpointError` where it is not a YOLOv8-seg network.
  public init(
    checkpoint: Checkpoint, name: String, threads: Int = ThreadPool.processorCount
  ) throws(CheckpointError) {
    self.name = name
    let network = try YOLOv8Seg(weights: checkpoint.weights())
    let classes = network.architecture.classes
    self.network = network
    self.parameters = network.parameters
    self.imageSize = checkpoint.imageSize ?? ImageSize(height: 640, width: 640)
    self.classNames = (0..<classes).map {
      checkpoint.classNames[$0] ?? (classes == 1 ? "object" : "class\($0)")
    }
    self.defaultOptions = SegmentationOptions(calibratedFor: checkpoint)
    self.pool = ThreadPool(threads: threads)
  }

  /// How the picture would be fitted into a network of this size.
  ///
  /// The size is rounded up to multiples of 32; the picture keeps its proportions, and what is left of
  /// the size is cut down to the least padding.
  public func letterbox(_ image: Image, size: ImageSize? = nil) -> Letterbox {
    let size = size ?? imageSize
    func roundedUp(_ side: Int) -> Int { max(32, (side + 31) / 32 * 32) }
    return Letterbox(
      imageWidth: image.width, imageHeight: image.height, targetHeight: roundedUp(size.height),
      targetWidth: roundedUp(size.width))
  }

  /// Everything in the picture.
  ///
  /// - Parameters:
  ///   - size: of the network's input in pixels; nil for the one the weights were trained for.
  ///   - options: nil for `defaultOptions`.
  ///   - timings: the stages' times are written here.
  public func segment(
    _ image: Image, size: ImageSize? = nil, options: SegmentationOptions? = nil,
    timings: inout StageTimings
  ) -> Scene {
    let clock = ContinuousClock()
    let letterbox = letterbox(image, size: size)
    let (plan, branches) = lazyPlan(for: letterbox)
    var start = clock.now
    func lap() -> Double {
      defer { start = clock.now }
      return (clock.now - start).seconds
    }
    return plan.run { input in
      fill(input, image, letterbox)
      timings.letterbox = lap()
    } read: { results in
      timings.network = lap()
      let scene = Segmentation.segment(
        LazyHead(results, branches, on: pool), letterbox: letterbox,
        options: options ?? defaultOptions, on: pool)
      timings.boxes = lap()
      return scene
    }
  }

  /// Everything in the picture.
  ///
  /// - Parameters:
  ///   - size: of the network's input in pixels; nil for the one the weights were trained for.
  ///   - options: nil for `defaultOptions`.
  public func segment(
    _ image: Image, size: ImageSize? = nil, options: SegmentationOptions? = nil
  ) -> Scene {
    var timings = StageTimings()
    return segment(image, size: size, options: options, timings: &timings)
  }

  /// Every tensor of one forward pass: `input`, `model.0` … `model.21`, `predictions` (1×(4+nc+32)×A,
  /// boxes decoded) and `prototypes`, each with its name, in this order.
  public func trace(_ image: Image, size: ImageSize? = nil) -> [(name: String, value: Tensor)] {
    traced(image, letterbox(image, size: size)) { tensors, results in
      let (predictions, prototypes) = forwardOutput(results)
      return tensors + [("predictions", predictions), ("prototypes", prototypes)]
    }
  }

  /// One run with all that it went through, to be looked at.
  ///
  /// - Parameters:
  ///   - size: of the network's input in pixels; nil for the one the weights were trained for.
  ///   - options: nil for `defaultOptions`.
  package func record(
    _ image: Image, size: ImageSize? = nil, options: SegmentationOptions? = nil
  ) -> RunRecord {
    let letterbox = letterbox(image, size: size)
    return traced(image, letterbox) { tensors, results in
      let head = headOutput(results)
      return RunRecord(
        letterbox: letterbox, options: options ?? defaultOptions,
        values: Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.value) }), head: head,
        segmentation: SegmentationRecord(
          head, letterbox: letterbox, options: options ?? defaultOptions, on: pool))
    }
  }

  /// One forward pass that keeps everything; `read` gets the input and the modules' values, and all
  /// results.
  private func traced<R>(
    _ image: Image, _ letterbox: Letterbox,
    read: ([(name: String, value: Tensor)], Plan.Results) -> R
  ) -> R {
    var options = Plan.Options()
    options.keepsAllValues = true
    let plan = Plan(
      network.graph, height: letterbox.height, width: letterbox.width,
      outputs: YOLOv8Seg.outputs, options: options, filters: filters, pool: pool)
    return plan.run {
      fill($0, image, letterbox)
    } read: { results in
      var tensors = [(name: "input", value: letterbox.render(image))]
      for i in 0...21 { tensors.append(("model.\(i)", results.tensor("model.\(i)"))) }
      return read(tensors, results)
    }
  }

  /// The plan and branches that segment a picture, made when their size is first needed.
  private func lazyPlan(for letterbox: Letterbox) -> LazyPlan {
    let size = ImageSize(height: letterbox.height, width: letterbox.width)
    if let plan = plans.withLock({ $0[size] }) { return plan }
    // Made outside the lock: two tasks may make the same plan, and one of them is kept.
    let plan = (
      plan: Plan(
        network.graph, height: size.height, width: size.width, outputs: YOLOv8Seg.lazyOutputs,
        filters: filters, pool: pool),
      branches: YOLOv8Seg.strides.indices.map { LazyHead.Branches(network.graph, level: $0) }
    )
    return plans.withLock { $0.keep(plan, for: size) }
  }

  private func fill(
    _ input: UnsafeMutablePointer<Float>, _ image: Image, _ letterbox: Letterbox
  ) {
    let rows = 32
    nonisolated(unsafe) let input = input  // Tasks write different rows.
    pool.run((letterbox.height + rows - 1) / rows) { task, _ in
      letterbox.render(
        image, rows: task * rows..<min(letterbox.height, (task + 1) * rows), into: input)
    }
  }

  /// A plan of the whole network for a picture fitted like this.
  public func plan(for letterbox: Letterbox) -> Plan {
    plan(height: letterbox.height, width: letterbox.width)
  }

  /// A plan of the whole network for an input of this size, rounded up to multiples of 32; it shares the
  /// filters of all others.
  ///
  /// - Parameter algorithm: of every convolution that it supports; nil for the measured choice.
  public func plan(height: Int, width: Int, algorithm: BlockedAlgorithm? = nil) -> Plan {
    var options = Plan.Options()
    options.algorithm = algorithm
    return Plan(
      network.graph, height: (height + 31) / 32 * 32, width: (width + 31) / 32 * 32,
      outputs: YOLOv8Seg.outputs, options: options, filters: filters, pool: pool)
  }

  /// One forward pass and all that leaves it: `predictions` 1×(4+nc+32)×A, boxes decoded, and
  /// `prototypes` 1×32×H/4×W/4.
  ///
  /// - Parameter fill: writes the input, planar 3×H×W.
  public func forward(
    _ plan: Plan, fill: (UnsafeMutablePointer<Float>) -> Void
  ) -> (predictions: Tensor, prototypes: Tensor) {
    plan.run(fill: fill, read: forwardOutput)
  }

  private func forwardOutput(
    _ results: Plan.Results
  ) -> (predictions: Tensor, prototypes: Tensor) {
    let head = blockedHead(results)
    return (head.predictions(on: pool), head.prototypes)
  }

  /// The head's output where the results have it.
  private func blockedHead(_ results: Plan.Results) -> BlockedHead {
    BlockedHead(
      levels: YOLOv8Seg.strides.enumerated().map { level, stride in
        BlockedHead.Level(
          stride: stride, boxes: results.blockedMap("boxes.\(level)"),
          scores: results.blockedMap("classes.\(level)"),
          coefficients: results.blockedMap("coefficients.\(level)"))
      }, prototypes: results.tensor("prototypes"))
  }

  /// The head's output, copied: it may outlive the results.
  private func headOutput(_ results: Plan.Results) -> HeadOutput {
    HeadOutput(
      levels: YOLOv8Seg.strides.enumerated().map { level, stride in
        HeadLevel(
          stride: stride, boxes: results.tensor("boxes.\(level)"),
          scores: results.tensor("classes.\(level)"),
          coefficients: results.tensor("coefficients.\(level)"))
      }, prototypes: results.tensor("prototypes"))
  }
}

/// A plan whose head is computed lazily, and what computes the rest of it.
private typealias LazyPlan = (plan: Plan, branches: [LazyHead.Branches])

/// Plans by input size: the last few, since pictures of one folder share a few shapes.
private struct PlanStore {
  private var plans: [(size: ImageSize, plan: LazyPlan)] = []

  subscript(size: ImageSize) -> LazyPlan? { plans.first { $0.size == size }?.plan }

  mutating func keep(_ plan: LazyPlan, for size: ImageSize) -> LazyPlan {
    if let earlier = self[size] { return earlier }
    if plans.count == 4 { plans.removeFirst() }
    plans.append((size, plan))
    return plan
  }
}

extension Duration {
  /// As a number of seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
