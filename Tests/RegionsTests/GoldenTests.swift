import Regions
import Testing

/// Each operation against the library that defines it.
struct GoldenTests {
  @Test(arguments: GoldenMask.all)
  func runLengths(_ golden: GoldenMask) throws {
    let runs = try RunLength(
      width: golden.width, height: golden.height, compressed: golden.compressed)
    #expect(runs.counts == golden.counts)
    #expect(runs.area == golden.area)
    let mask = runs.mask()
    #expect(mask.area == golden.area)
    #expect(RunLength(mask) == runs)
    #expect(RunLength(mask).compressed == golden.compressed)
    for box in [mask.boundingRectangle, runs.boundingRectangle] {
      #expect(
        box.map { [$0.x, $0.y, $0.width, $0.height] } ?? [0, 0, 0, 0] == golden.box)
    }
    if let centroid = mask.centroid {
      #expect(abs(centroid.x - golden.centroid[0]) < 1e-9)
      #expect(abs(centroid.y - golden.centroid[1]) < 1e-9)
    } else {
      #expect(golden.area == 0)
    }
  }

  @Test(arguments: GoldenMask.all)
  func components(_ golden: GoldenMask) throws {
    let mask = try golden.mask()
    for (connectivity, expected) in [(Connectivity.four, golden.four), (.eight, golden.eight)] {
      let parts = ConnectedComponents(of: mask, connectivity: connectivity)
      let found = parts.components.indices.map { RunLength(parts.mask(of: $0)).compressed }
      #expect(found == expected)
      for (index, component) in parts.components.enumerated() {
        let alone = parts.mask(of: index)
        #expect(alone.area == component.area)
        #expect(alone.boundingRectangle == component.box)
      }
      let map = parts.labelMap()
      for y in 0..<mask.height {
        for x in 0..<mask.width { #expect((map[y * mask.width + x] != 0) == mask[x, y]) }
      }
      #expect(Set(map).subtracting([0]).count == expected.count)
    }
  }

  @Test(arguments: GoldenMask.all)
  func contours(_ golden: GoldenMask) throws {
    let mask = try golden.mask()
    func check(_ found: [Contour], _ expected: [GoldenMask.Border]?) {
      #expect(found.map { $0.parent ?? -1 } == expected?.map(\.parent))
      #expect(found.map { $0.points.flatMap { [$0.x, $0.y] } } == expected?.map(\.points))
    }
    check(mask.contours(.external), golden.contours["external"])
    check(mask.contours(.components), golden.contours["components"])
    check(mask.contours(.tree), golden.contours["tree"])
    check(mask.contours(.tree, points: .all), golden.allPoints)
    // FastSAM's box of a mask: around the points of all external contours.
    let points = mask.contours(.external).flatMap(\.points)
    #expect(mask.contourBox?.x == points.map(\.x).min())
    #expect(mask.contourBox?.y == points.map(\.y).min())
    #expect(mask.contourBox.map { $0.endX - 1 } == points.map(\.x).max())
    #expect(mask.contourBox.map { $0.endY - 1 } == points.map(\.y).max())
  }

  @Test(arguments: GoldenMask.all)
  func morphologyAndSmallRegions(_ golden: GoldenMask) throws {
    let mask = try golden.mask()
    for (i, radius) in GoldenMask.radii.enumerated() {
      #expect(RunLength(mask.dilated(radius: radius)).compressed == golden.dilated[i])
      #expect(RunLength(mask.eroded(radius: radius)).compressed == golden.eroded[i])
      #expect(RunLength(mask.opened(radius: radius)).compressed == golden.opened[i])
      #expect(RunLength(mask.closed(radius: radius)).compressed == golden.closed[i])
    }
    #expect(RunLength(mask.fillingHoles()).compressed == golden.filled)
    #expect(RunLength(mask.removingIslands(smallerThan: 12)).compressed == golden.noIslands)
    #expect(RunLength(mask.fillingHoles(smallerThan: 12)).compressed == golden.noHoles)
  }
}
