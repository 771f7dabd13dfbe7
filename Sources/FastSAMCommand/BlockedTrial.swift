import FastSAM

/// A blocked convolution alone.
final class BlockedTrial: KernelTrial {
  let name: String
  let counts: TrialCounts
  var filter: UnsafePointer<Float> { packed.base }

  private let kernels = VectorKernels.best
  private let pool: ThreadPool
  private let packed: PackedFilter
  private let pairs: FilterPairs?
  private let grid: ConvolutionGrid
  private let inputBlock: Int, outputBlock: Int
  private let inputs: UnsafeMutableBufferPointer<UnsafePointer<Float>>
  private let outputs: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
  private let bias: UnsafeMutableBufferPointer<Float>
  private let scratch: UnsafeMutableBufferPointer<Float>
  private let scaledFilter: UnsafeMutableBufferPointer<Float>
  private let scratchCounts: ScratchCounts
  private var problem: BlockedConvolution

  /// - Parameter filter: K×C×R×R.
  init(_ sizes: TrialSizes, _ algorithm: BlockedAlgorithm, filter: [Float], on pool: ThreadPool) {
    let g = sizes.geometry
    self.name = algorithm.rawValue
    self.pool = pool
    // The first layer's filter is that of a 1×1 convolution of patches, see `Lowering`.
    let lanes = ChannelLanes(parts: [sizes.isPlanar ? g.depth : g.inputChannels])
    let outputLanes = ChannelLanes(parts: [g.outputChannels])
    packed = PackedFilter(
      filter, inputChannels: sizes.isPlanar ? g.depth : g.inputChannels,
      kernelSize: sizes.isPlanar ? 1 : g.kernelSize, inputs: lanes, outputs: outputLanes,
      panelBlocks: kernels.panelBlocks, on: pool)
    inputBlock = g.inputHeight * g.inputWidth * blockChannels
    outputBlock = g.outputHeight * g.outputWidth * blockChannels
    counts = TrialCounts(
      input: sizes.isPlanar
        ? g.inputChannels * g.inputHeight * g.inputWidth : lanes.blocks * inputBlock,
      filter: packed.count, output: outputLanes.blocks * outputBlock)
    inputs = .allocate(capacity: lanes.blocks)
    outputs = .allocate(capacity: outputLanes.blocks)
    bias = .allocate(capacity: outputLanes.blocks * blockChannels)
    bias.initialize(repeating: 0)
    let nowhere = UnsafeMutablePointer(mutating: packed.base)
    inputs.initialize(repeating: packed.base)
    outputs.initialize(repeating: nowhere)
    problem = BlockedConvolution(
      input: inputs.base, inputBlocks: lanes.blocks, inputHeight: g.inputHeight,
      inputWidth: g.inputWidth, output: UnsafePointer(outputs.mutableBase),
      outputBlocks: outputLanes.blocks, outputHeight: g.outputHeight, outputWidth: g.outputWidth,
      kernelSize: g.kernelSize, stride: g.stride, topPadding: g.topPadding,
      leftPadding: g.leftPadding, filter: packed.base, bias: bias.base, silu: false)
    problem.hasOneOutput = g.outputChannels == 1
    problem.filtering = algorithm.filtering(kernelSize: g.kernelSize, stride: g.stride)
    if !sizes.isPlanar && kernels.pairs(algorithm, g) {
      let pairs = FilterPairs(
        packed, filtering: problem.filtering, inputBlocks: lanes.blocks,
        outputBlocks: outputLanes.blocks, kernels: kernels, on: pool)
      problem.pairing = pairs.products
      self.pairs = pairs
    } else {
      pairs = nil
    }
    if sizes.isPlanar {
      problem.planar = packed.base
      problem.planarChannels = g.inputChannels
    }
    grid = problem.grid(panelBlocks: kernels.panelBlocks)
    scratchCounts = problem.scratchCounts(
      grid, panelBlocks: kernels.panelBlocks, threads: pool.threads)
    scratch = .allocate(capacity: scratchCounts.total(workers: pool.threads))
    scaledFilter = .allocate(
      capacity: problem.scaledFilterCount(panelBlocks: kernels.panelBlocks))
    if !scaledFilter.isEmpty {
      scaledFilter[0] = 0
      problem.scaledFilter = scaledFilter.mutableBase
    }
  }

  deinit {
    inputs.deallocate()
    outputs.deallocate()
    bias.deallocate()
    scratch.deallocate()
    scaledFilter.deallocate()
  }

  func prepare(_ place: TrialPlace) {
    for i in inputs.indices { inputs[i] = UnsafePointer(place.input + i * inputBlock) }
    for i in outputs.indices { outputs[i] = place.output + i * outputBlock }
    problem.filter = UnsafePointer(place.filter)
    if problem.planar != nil { problem.planar = UnsafePointer(place.input) }
    // A filter that is scaled is scaled in every run, as in the first pass of a network.
    problem.scaledFilter?.pointee = 0
  }

  func perform() {
    withUnsafePointer(to: problem) {
      kernels.convolve(
        $0, grid,
        scratch: ConvolutionScratch(
          scratch.mutableBase, scratchCounts, workers: pool.threads), on: pool)
    }
  }
}

extension UnsafeMutableBufferPointer {
  /// The first element of what has some.
  fileprivate var mutableBase: UnsafeMutablePointer<Element> {
    guard let baseAddress else { preconditionFailure("BlockedTrial: nothing allocated") }
    return baseAddress
  }

  fileprivate var base: UnsafePointer<Element> { UnsafePointer(mutableBase) }
}
