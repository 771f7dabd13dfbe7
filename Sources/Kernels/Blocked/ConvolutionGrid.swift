import VectorTypes

/// How a convolution is cut: its panels into rounds, and each round into tasks of some rows (direct) or
/// tiles (Winograd) by some panels each, all as equal as can be.
///
/// Neighbouring tasks, which tend to run on one core (``ThreadPool``), share what there is more of: where
/// the map is larger than the filter the tasks of the same rows stand together, else those of the same
/// panels.
public struct ConvolutionGrid: Sendable {
  /// Rows or tiles, and filter panels, in all.
  public let total: Int, panels: Int
  /// Panels in a round, but for the last.
  public let roundPanels: Int
  /// Tasks of a round side by side, and one above the other.
  let across: Int, down: Int
  /// Whether tasks of the same panels are neighbours, rather than those of the same rows or tiles.
  let groupsPanels: Bool
  /// Whether each task transforms the filters of its panels itself; else that is done before.
  let transformsFilters: Bool

  /// A grid of tasks of at most `step` rows or tiles by at most `panelStep` panels.
  public init(
    total: Int, step: Int, panels: Int, panelStep: Int, roundPanels: Int? = nil,
    groupsPanels: Bool = false, transformsFilters: Bool = false
  ) {
    self.total = total
    self.panels = panels
    self.roundPanels = roundPanels ?? max(1, panels)
    self.across = (total + step - 1) / step
    self.down = (min(panels, self.roundPanels) + panelStep - 1) / panelStep
    self.groupsPanels = groupsPanels
    self.transformsFilters = transformsFilters
  }

  /// Whether a core that does neighbouring tasks meets a part of the panels only.
  var splitsPanels: Bool { groupsPanels && down > 1 }

  /// The number of rounds.
  public var rounds: Int { (panels + roundPanels - 1) / roundPanels }
  /// The number of tasks in a round.
  public var tasks: Int { across * down }
  /// Rows or tiles in the largest task.
  var step: Int { (total + across - 1) / max(1, across) }

  /// How often inputs of a part are prepared in all rounds, by so many workers each of which has a share of a round's
  /// neighbouring tasks: a worker that goes on with the same rows, tiles or pixels does not prepare them again.
  public func preparations(threads: Int) -> Int {
    if groupsPanels && across > 1 { return rounds * tasks }
    // A part whose tasks two workers share is prepared by both.
    let shared = (1..<threads).count { $0 * tasks / threads % down != 0 }
    return rounds * (across + shared)
  }

  /// The panels of a round.
  public func panels(round: Int) -> Range<Int> {
    round * roundPanels..<min(panels, (round + 1) * roundPanels)
  }

  /// What task `index` of a round computes; in the last round it may be nothing.
  public func part(_ index: Int, round: Int) -> ConvolutionPart {
    let (place, group) =
      groupsPanels ? (index % across, index / across) : (index / down, index % down)
    let panels = panels(round: round)
    return ConvolutionPart(
      first: place * total / across, end: (place + 1) * total / across,
      firstPanel: panels.lowerBound + group * panels.count / down,
      endPanel: panels.lowerBound + (group + 1) * panels.count / down)
  }
}
