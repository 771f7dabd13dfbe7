import VectorTypes

/// A map C×H×W where a plan left it, in blocks H×W×16: a view of memory that is somebody else's.
public struct BlockedMap: @unchecked Sendable {
  // Sendable: what a view shows is not written as long as the view is used (see `Plan.run`).

  /// C.
  public let channels: Int
  /// The size in cells.
  public let height: Int, width: Int

  private let runs: [Run]

  /// Neighbouring channels in neighbouring lanes of one block.
  private struct Run {
    /// The first channel of the first cell; the next cell's is 16 floats on.
    let source: UnsafePointer<Float>
    /// The first channel, and how many there are: 1…16.
    let channel: Int, count: Int
  }

  /// The map whose blocks stand at these addresses; `lanes` tells which channels they hold.
  public init(
    _ blocks: [UnsafePointer<Float>], lanes: ChannelLanes, height: Int, width: Int
  ) {
    var runs: [Run] = []
    for (lane, channel) in lanes.channels.enumerated() {
      guard let channel else { continue }
      let (block, place) = lane.quotientAndRemainder(dividingBy: blockChannels)
      if let last = runs.last, place > 0, lanes.channels[lane - 1] == channel - 1 {
        runs[runs.count - 1] = Run(
          source: last.source, channel: last.channel, count: last.count + 1)
      } else {
        runs.append(Run(source: blocks[block] + place, channel: channel, count: 1))
      }
    }
    self.runs = runs
    self.channels = runs.reduce(0) { $0 + $1.count }
    self.height = height
    self.width = width
  }

  /// H·W, counted row by row.
  public var cells: Int { height * width }

  /// Writes `cells` as planes: a row a channel, the rows `step` floats apart.
  public func copyPlanes(
    of cells: Range<Int>, to target: UnsafeMutablePointer<Float>, step: Int
  ) {
    for run in runs { copy(run, of: cells, to: target, step: step) }
  }

  /// Writes the whole map as planes C×H×W.
  public func copyPlanes(to target: UnsafeMutablePointer<Float>, on pool: ThreadPool) {
    let chunk = 2048
    let chunks = (cells + chunk - 1) / chunk
    nonisolated(unsafe) let target = target  // Each task has channels and cells of its own.
    pool.run(runs.count * chunks) { task, _ in
      let (run, part) = task.quotientAndRemainder(dividingBy: chunks)
      let first = part * chunk
      copy(
        runs[run], of: first..<min(first + chunk, cells), to: target + first, step: cells)
    }
  }

  /// Writes the channels of `cell`, one after the other.
  public func copyChannels(of cell: Int, to target: UnsafeMutablePointer<Float>) {
    for run in runs {
      (target + run.channel).update(from: run.source + cell * blockChannels, count: run.count)
    }
  }

  private func copy(
    _ run: Run, of cells: Range<Int>, to target: UnsafeMutablePointer<Float>, step: Int
  ) {
    VectorKernels.best.transpose(
      run.source + cells.lowerBound * blockChannels, blockChannels, cells.count, run.count,
      target + run.channel * step, step)
  }
}
