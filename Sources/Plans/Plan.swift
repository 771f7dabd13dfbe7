import Graphs
import Kernels
import Synchronization
import Tensors

/// A graph compiled for one input size: filters packed, algorithms chosen, memory laid out.
///
/// What a run computes is what the ``Interpreter`` computes, up to rounding: sums in another order,
/// Winograd's products, exponentials within a few ulp. The same input gives the same bytes for every
/// number of threads. Immutable but for a store of workspaces, so tasks may share it.
public final class Plan: Sendable {
  /// The input's size in network pixels.
  public let height: Int, width: Int

  private let graph: Graph
  private let layout: PlanLayout
  private let kernels: VectorKernels
  private let pool: ThreadPool
  private let workspaces = Mutex<[Workspace]>([])

  /// What to compile for.
  public struct Options: Sendable {
    /// The instruction set.
    public var kernels: VectorKernels = .best
    /// The algorithm of every convolution that it supports; nil: the measured choice.
    public var algorithm: BlockedAlgorithm?
    /// Keep every value to the end of a run, so that any can be read (`trace`); else only `outputs`.
    public var keepsAllValues = false

    /// The best instruction set and the measured choice of algorithms.
    public init() {}
  }

  /// Compiles `graph` for 1×C×`height`×`width`; the values named `outputs` can be read after a run,
  /// and what they do not depend on is not computed.
  ///
  /// Cost: reads and packs every filter that they need and `filters` does not hold yet.
  ///
  /// - Parameter filters: packed filters that plans of one network share.
  ///
  /// - Precondition: the sizes divide by the graph's largest stride, and the graph names `outputs`.
  public init(
    _ graph: Graph, height: Int, width: Int, outputs: [String], options: Options = Options(),
    filters: FilterStore = FilterStore(), pool: ThreadPool
  ) {
    self.graph = graph
    self.height = height
    self.width = width
    self.kernels = options.kernels
    self.pool = pool
    let kept = options.keepsAllValues ? graph.nodes.indices.map { $0 } : outputs.map(graph.node)
    let lowering = Lowering(
      graph, wanted: kept, height: height, width: width, kernels: options.kernels,
      choose: {
        BlockedAlgorithm.choice(
          for: $0, forced: options.algorithm, kernels: options.kernels)
      },
      filters: filters, pool: pool)
    self.layout = PlanLayout(
      lowering, keeping: kept, panelBlocks: kernels.panelBlocks, threads: pool.threads)
  }

  /// Runs the graph on what `fill` writes into the planar input C×H×W, and gives `read` the results.
  ///
  /// Allocates nothing after the first run (but what `read` makes).
  public func run<R>(
    fill: (UnsafeMutablePointer<Float>) -> Void, observe: ((StepReport) -> Void)? = nil,
    read: (Results) -> R
  ) -> R {
    let workspace =
      workspaces.withLock { $0.popLast() } ?? Workspace(layout, workers: pool.threads)
    defer { workspaces.withLock { $0.append(workspace) } }
    fill(workspace.input)
    for index in layout.steps.indices {
      guard let observe else {
        perform(index, workspace)
        continue
      }
      let clock = ContinuousClock()
      let time = clock.measure { perform(index, workspace) }
      observe(StepReport(step: StepSummary(layout.steps[index]), time: time))
    }
    return read(Results(graph: graph, layout: layout, workspace: workspace, pool: pool))
  }

  private func perform(_ index: Int, _ workspace: Workspace) {
    switch layout.steps[index] {
    case .convolution:
      kernels.convolve(
        workspace.problems + index, layout.grids[index], scratch: workspace.scratch, on: pool)
    case .maxPool(let step):
      pool.run(step.input.count) { task, worker in
        kernels.maxPool5(
          workspace.address(step.input[task]), workspace.address(step.output[task]),
          workspace.scratch.share(worker), step.height, step.width)
      }
    }
  }

  /// What the plan does when it runs, in order.
  public var steps: [StepSummary] { layout.steps.map(StepSummary.init) }

  /// One step of a plan.
  public struct StepSummary: Sendable {
    /// The graph's nodes that it computes; some nodes take several steps, and some none.
    public let nodes: [Int]
    /// The layer, `model.2.cv1`, and which part of it.
    public let name: String
    /// The algorithm: one of ``BlockedAlgorithm``, or `max-pool`.
    public let algorithm: String
    /// The sizes; nil for a step that is no convolution.
    public let geometry: ConvolutionGeometry?

    init(_ step: Step) {
      switch step {
      case .convolution(let step):
        (nodes, name, geometry) = (step.nodes, step.name, step.geometry)
        algorithm = step.algorithm.rawValue
      case .maxPool(let step):
        (nodes, name, geometry) = ([step.node], "max-pool", nil)
        algorithm = "max-pool"
      }
    }
  }

  /// One step of a plan and how long it took.
  public struct StepReport: Sendable {
    /// The step.
    public let step: StepSummary
    /// Wall-clock time.
    public let time: Duration
  }

  /// What a run has left behind; only valid inside `read`.
  public struct Results {
    let graph: Graph
    let layout: PlanLayout
    let workspace: Workspace
    let pool: ThreadPool

    /// The value named `name` as 1×C×H×W.
    ///
    /// A value that the plan never forms is put together from those that it does.
    ///
    /// - Precondition: the plan keeps it.
    public func tensor(_ name: String) -> Tensor { tensor(graph.node(named: name)) }

    /// The value named `name` where it lies.
    ///
    /// - Precondition: the plan forms and keeps it.
    public func blockedMap(_ name: String) -> BlockedMap {
      let node = graph.node(named: name)
      guard let value = layout.values[node] else {
        preconditionFailure("Plan: \(name) is not formed")
      }
      return blockedMap(value, layout.sizes[node])
    }

    private func tensor(_ index: Int) -> Tensor {
      let node = graph.nodes[index]
      let size = layout.sizes[index]
      return Tensor([1, node.channels, size.height, size.width]) { target in
        if let value = layout.values[index] {
          blockedMap(value, size).copyPlanes(to: target.pointer, on: pool)
          return
        }
        switch node.operation {
        case .input:
          _ = target.initialize(
            from: UnsafeBufferPointer(start: workspace.input, count: target.count))
        case .upsampleNearest(let factor):
          let source = tensor(node.inputs[0])
          source.withUnsafeElements {
            upsampleNearest(
              channels: node.channels, height: size.height / factor, width: size.width / factor,
              factor: factor, input: $0.pointer, output: target.pointer)
          }
        case .transposedConvolution(let layer):
          let source = tensor(node.inputs[0])
          let (filter, bias) = layer.weights()
          source.withUnsafeElements { source in
            filter.withUnsafeElements { filter in
              bias.withUnsafeElements { bias in
                transposedConvolutionProduct(
                  inputChannels: layer.inputChannels, outputChannels: layer.outputChannels,
                  height: size.height / 2, width: size.width / 2, input: source.pointer,
                  filter: filter.pointer, bias: bias.pointer, output: target.pointer, on: pool)
              }
            }
          }
        case .concatenate:
          var part = target.pointer
          for input in node.inputs {
            let source = tensor(input)
            source.withUnsafeElements { part.update(from: $0.pointer, count: $0.count) }
            part += source.count
          }
        default: preconditionFailure("Plan: \(node.operation.label) was not formed")
        }
      }
    }

    private func blockedMap(
      _ value: BlockedValue, _ size: (height: Int, width: Int)
    ) -> BlockedMap {
      BlockedMap(
        value.blocks.map { UnsafePointer(workspace.address($0)) }, lanes: value.lanes,
        height: size.height, width: size.width)
    }
  }
}

/// All that a plan knows before it runs.
struct PlanLayout: Sendable {
  let steps: [Step]
  let grids: [ConvolutionGrid]
  let buffers: [ArenaBuffer]
  let values: [BlockedValue?]
  let sizes: [(height: Int, width: Int)]
  let inputCount: Int, arenaCount: Int, scratchCounts: ScratchCounts
  let biasCount: Int, tableCount: Int, scaledFiltersCount: Int
  let panelBlocks: Int

  init(_ lowering: Lowering, keeping kept: [Int], panelBlocks: Int, threads: Int) {
    var buffers = lowering.buffers
    for (index, step) in lowering.steps.enumerated() {
      for block in step.writes {
        buffers[block.buffer].birth = min(buffers[block.buffer].birth, index)
      }
      for block in step.reads + step.writes {
        buffers[block.buffer].death = max(buffers[block.buffer].death, index)
      }
    }
    for node in kept {
      for block in lowering.values[node]?.blocks ?? [] { buffers[block.buffer].death = .max }
    }
    self.arenaCount = placeRegions(&buffers)
    self.buffers = buffers
    self.steps = lowering.steps
    self.values = lowering.values
    self.sizes = lowering.sizes
    self.inputCount = lowering.inputCount
    var grids: [ConvolutionGrid] = []
    var scratch = ScratchCounts()
    var (scaled, biases, tables) = (0, 0, 0)
    for step in lowering.steps {
      switch step {
      case .convolution(let step):
        let tasks = step.tasks(panelBlocks: panelBlocks, threads: threads)
        grids.append(tasks.grid)
        scratch = scratch.union(tasks.scratch)
        scaled += tasks.scaledFilterCount
        biases += step.bias.count
        tables += step.tableCount
      case .maxPool(let step):
        grids.append(ConvolutionGrid(total: 0, step: 1, panels: 0, panelStep: 1))
        scratch = scratch.union(
          ScratchCounts(worker: step.height * step.width * blockChannels))
      }
    }
    self.grids = grids
    self.scratchCounts = scratch
    self.scaledFiltersCount = scaled
    self.panelBlocks = panelBlocks
    self.biasCount = biases
    self.tableCount = tables
  }
}
