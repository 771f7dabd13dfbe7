import Kernels
import TestSupport
import Testing

@Suite struct ConvolutionGridTests {
  private static let grids = [1, 2, 3, 5, 8].flatMap { across in
    [1, 2, 4, 7].flatMap { down in
      [false, true].map { groupsPanels in
        ConvolutionGrid(
          total: 8 * across, step: 8, panels: 2 * down, panelStep: 2, groupsPanels: groupsPanels)
      }
    }
  }

  /// Walks through each worker's share of the tasks, as `ThreadPool` deals them out.
  private func preparations(_ grid: ConvolutionGrid, threads: Int) -> Int {
    (0..<threads).reduce(0) { sum, worker in
      let share = worker * grid.tasks / threads..<(worker + 1) * grid.tasks / threads
      let firsts = share.map { grid.part($0, round: 0).first }
      let changes = zip(firsts, firsts.dropFirst()).count { $0 != $1 }
      return sum + (firsts.isEmpty ? 0 : 1 + changes)
    }
  }

  @Test("Preparations are counted as workers make them", arguments: [1, 2, 3, 4])
  func countsPreparations(threads: Int) {
    // Fewer tasks than workers are no cut that is ever taken.
    for grid in Self.grids where grid.tasks >= threads {
      #expect(
        grid.preparations(threads: threads) == preparations(grid, threads: threads), "\(grid)")
    }
  }

  @Test("The parts of all tasks are the whole, each once", arguments: [1, 3])
  func partsCoverTheWhole(roundPanels: Int) {
    for groupsPanels in [false, true] {
      let grid = ConvolutionGrid(
        total: 23, step: 5, panels: 7, panelStep: 2, roundPanels: roundPanels,
        groupsPanels: groupsPanels)
      var times = [Int](repeating: 0, count: grid.total * grid.panels)
      for round in 0..<grid.rounds {
        for task in 0..<grid.tasks {
          let part = grid.part(task, round: round)
          for row in part.first..<part.end {
            for panel in part.firstPanel..<part.endPanel { times[row * grid.panels + panel] += 1 }
          }
        }
      }
      #expect(times.allSatisfy { $0 == 1 }, "\(grid)")
    }
  }
}
