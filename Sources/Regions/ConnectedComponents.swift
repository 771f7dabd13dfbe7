/// Which pixels count as neighbours.
public enum Connectivity: Sendable, CaseIterable {
  /// Those that share an edge.
  case four
  /// Those that share an edge or a corner.
  case eight
}

/// The connected parts of a set of pixels, found run by run.
///
/// Each row's runs are joined with those they touch in the row above by a union-find whose roots are
/// the earliest runs (Rosenfeld & Pfaltz 1966 on runs instead of pixels). Components are
/// numbered in the raster order of their first pixel. Cost: a few steps a run.
public struct ConnectedComponents: Sendable {
  /// What is known of a component without looking at its pixels again.
  public struct Component: Sendable, Hashable {
    /// The number of its pixels.
    public internal(set) var area: Int
    /// The smallest rectangle that holds it.
    public internal(set) var box: PixelRectangle
  }

  /// The components, in the raster order of their first pixel.
  public let components: [Component]
  /// The size of the picture in pixels.
  public let width: Int, height: Int

  private let runs: RowRuns
  /// For each run the index of its component.
  private let labels: [Int32]

  /// The connected parts of a mask.
  public init(of mask: Mask, connectivity: Connectivity) {
    self.init(RowRuns(mask), width: mask.width, height: mask.height, connectivity: connectivity)
  }

  /// The connected parts of what is *not* in a mask, over the whole picture.
  public init(outside mask: Mask, connectivity: Connectivity) {
    self.init(
      RowRuns(outside: mask), width: mask.width, height: mask.height, connectivity: connectivity)
  }

  private init(_ runs: RowRuns, width: Int, height: Int, connectivity: Connectivity) {
    var parents = ConnectedComponents.join(runs, reach: connectivity == .eight ? 1 : 0)
    // Parents come before their children, so one pass both flattens the trees and numbers them.
    var components: [Component] = []
    for y in runs.rows {
      for run in runs.indices(inRow: y) {
        let start = Int(runs.starts[run]), length = Int(runs.ends[run]) - start
        let stretch = PixelRectangle(x: start, y: y, width: length, height: 1)
        if parents[run] == run {
          parents[run] = Int32(components.count)
          components.append(Component(area: length, box: stretch))
        } else {
          let label = parents[Int(parents[run])]
          parents[run] = label
          components[Int(label)].area += length
          components[Int(label)].box = components[Int(label)].box.union(stretch)
        }
      }
    }
    self.components = components
    self.width = width
    self.height = height
    self.runs = runs
    self.labels = parents
  }

  /// For each run an earlier run of its component, or itself; `reach` is how far beyond its own
  /// columns a run touches the row above.
  private static func join(_ runs: RowRuns, reach: Int32) -> [Int32] {
    var parents = (0..<Int32(runs.count)).map { $0 }
    guard !runs.rows.isEmpty else { return parents }
    parents.withUnsafeMutableBufferPointer { parents in
      func root(_ run: Int) -> Int {
        var run = run
        while Int(parents[run]) != run {
          parents[run] = parents[Int(parents[run])]
          run = Int(parents[run])
        }
        return run
      }
      var above = runs.indices(inRow: runs.rows.lowerBound)
      for y in runs.rows.dropFirst() {
        let here = runs.indices(inRow: y)
        var upper = above.lowerBound
        for run in here {
          let start = runs.starts[run] - reach, end = runs.ends[run] + reach
          while upper < above.upperBound, runs.ends[upper] <= start { upper += 1 }
          var touching = upper
          while touching < above.upperBound, runs.starts[touching] < end {
            let a = root(touching), b = root(run)
            if a < b { parents[b] = Int32(a) } else { parents[a] = Int32(b) }
            touching += 1
          }
        }
        above = here
      }
      // After this every run points straight at the first run of its component.
      for run in 0..<parents.count { parents[run] = parents[Int(parents[run])] }
    }
    return parents
  }

  /// The pixels of one component, in its smallest window.
  public func mask(of component: Int) -> Mask {
    mask { $0 == component }
  }

  /// The pixels of all components for which `isIncluded(index)` holds, in one mask.
  public func mask(where isIncluded: (Int) -> Bool) -> Mask {
    let included = components.indices.map(isIncluded)
    var window = PixelRectangle.empty
    for (index, component) in components.enumerated() where included[index] {
      window = window.union(component.box)
    }
    var mask = Mask(width: width, height: height, window: window)
    for y in window.y..<window.endY {
      for run in runs.indices(inRow: y) where included[Int(labels[run])] {
        mask.fill(row: y, from: Int(runs.starts[run]), to: Int(runs.ends[run]))
      }
    }
    return mask
  }

  /// For each pixel 0 outside, or 1 + the index of its component: H×W, rows from the top.
  public func labelMap() -> [Int32] {
    var map = [Int32](repeating: 0, count: width * height)
    map.withUnsafeMutableBufferPointer { map in
      for y in runs.rows {
        for run in runs.indices(inRow: y) {
          let label = labels[run] + 1
          for x in Int(runs.starts[run])..<Int(runs.ends[run]) { map[y * width + x] = label }
        }
      }
    }
    return map
  }

  /// The component with the most pixels, the first of equals; nil where there is none.
  public var largest: Int? {
    components.indices.max { a, b in
      components[a].area != components[b].area
        ? components[a].area < components[b].area : a > b
    }
  }
}
