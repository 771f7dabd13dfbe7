import Regions
import TestSupport
import Testing

/// Set operations and moves against single pixels, over windows that share no word boundary.
struct MaskTests {
  /// Two random masks of one picture, each in a window of its own.
  private func pair(_ seed: UInt64) -> (a: Mask, b: Mask) {
    var random = SeededGenerator(seed: seed)
    let sizes = [1, 2, 63, 64, 65, 127, 130]
    let width = sizes.randomElement(using: &random) ?? 1
    let height = [1, 3, 20].randomElement(using: &random) ?? 1
    func make() -> Mask {
      let x = Int.random(in: 0...width, using: &random)
      let y = Int.random(in: 0...height, using: &random)
      let window = PixelRectangle(
        x: x, y: y, width: Int.random(in: 0...width - x, using: &random),
        height: Int.random(in: 0...height - y, using: &random))
      var mask = Mask(width: width, height: height, window: window)
      for y in window.y..<window.endY {
        for x in window.x..<window.endX { mask[x, y] = Bool.random(using: &random) }
      }
      return mask
    }
    return (make(), make())
  }

  /// The picture's pixels, and whether `rule` holds for each.
  private func count(_ mask: Mask, _ rule: (Int, Int) -> Bool) -> Int {
    var sum = 0
    for y in 0..<mask.height { for x in 0..<mask.width where rule(x, y) { sum += 1 } }
    return sum
  }

  private func check(_ found: Mask, _ rule: (Int, Int) -> Bool, _ seed: UInt64) {
    for y in 0..<found.height {
      for x in 0..<found.width where found[x, y] != rule(x, y) {
        Issue.record("seed \(seed): pixel (\(x), \(y))")
        return
      }
    }
    // Bits outside the window would be counted but never seen by the subscript.
    #expect(found.area == count(found, rule), "seed \(seed)")
  }

  @Test(arguments: UInt64(0)..<60)
  func setOperations(_ seed: UInt64) {
    let (a, b) = pair(seed)
    check(a.intersection(b), { a[$0, $1] && b[$0, $1] }, seed)
    check(a.union(b), { a[$0, $1] || b[$0, $1] }, seed)
    check(a.subtracting(b), { a[$0, $1] && !b[$0, $1] }, seed)
    check(a.symmetricDifference(b), { a[$0, $1] != b[$0, $1] }, seed)
    check(a.inverted(), { !a[$0, $1] }, seed)
    var c = a
    c.formUnion(b)
    #expect(c == a.union(b))
    c = a
    c.subtract(b)
    #expect(c == a.subtracting(b))
    let both = count(a) { a[$0, $1] && b[$0, $1] }, either = count(a) { a[$0, $1] || b[$0, $1] }
    #expect(a.intersectionCount(b) == both)
    #expect(a.unionCount(b) == either)
    #expect(a.iou(b) == (either == 0 ? 0 : Double(both) / Double(either)))
    #expect((a == b) == (count(a) { a[$0, $1] != b[$0, $1] } == 0))
    #expect(a.trimmed() == a && a.trimmed().window == a.boundingRectangle ?? .empty)
  }

  @Test(arguments: UInt64(100)..<140)
  func moves(_ seed: UInt64) {
    let (a, _) = pair(seed)
    var random = SeededGenerator(seed: seed)
    let dx = Int.random(in: -70...70, using: &random), dy = Int.random(in: -3...3, using: &random)
    check(a.translated(dx: dx, dy: dy), { a[$0 - dx, $1 - dy] }, seed)
    let tile = PixelRectangle(x: dx, y: dy, width: 40, height: 5)
    func inTile(_ x: Int, _ y: Int) -> Bool {
      x >= dx && x < dx + 40 && y >= dy && y < dy + 5
    }
    check(a.cropped(to: tile), { inTile($0, $1) && a[$0, $1] }, seed)
    #expect(a.area(in: tile) == count(a) { inTile($0, $1) && a[$0, $1] })
    let cut = a.placed(inPictureOf: 50, 9, dx: -dx, dy: -dy)
    check(cut, { a[$0 + dx, $1 + dy] }, seed)
  }

  @Test func filledRectangle() {
    let mask = Mask(
      width: 200, height: 9, filling: PixelRectangle(x: 3, y: 2, width: 130, height: 4))
    check(mask, { $0 >= 3 && $0 < 133 && $1 >= 2 && $1 < 6 }, 0)
    #expect(mask.boundingRectangle == mask.window)
    #expect(mask.centroid.map { $0.x } == 67.5 && mask.centroid.map { $0.y } == 3.5)
  }

  @Test func masksOfDifferentPicturesDiffer() {
    #expect(Mask(width: 3, height: 2) != Mask(width: 2, height: 3))
  }
}
