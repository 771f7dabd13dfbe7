import Regions
import Testing

struct PolygonTests {
  @Test func objectsKeepTheirHoles() {
    // A frame of 7×6 around a hole of 3×2, an island in another place.
    var mask = Mask(width: 70, height: 9)
    for y in 1..<7 { for x in 60..<67 { mask[x, y] = true } }
    for y in 3..<5 { for x in 62..<65 { mask[x, y] = false } }
    mask[2, 8] = true
    let polygons = mask.polygons()
    #expect(polygons.count == 2)
    #expect(
      polygons.first?.outer == [
        PixelPoint(x: 60, y: 1), PixelPoint(x: 60, y: 6), PixelPoint(x: 66, y: 6),
        PixelPoint(x: 66, y: 1),
      ])
    #expect(polygons.first?.holes.count == 1)
    // Between centres: 6×5 outside; the ring around the hole is 4×3 without its four corners.
    #expect(polygons.first?.area == 30 - (12 - 4 * 0.5))
    #expect(polygons.last == Polygon(outer: [PixelPoint(x: 2, y: 8)], holes: []))
    #expect(polygons.last?.area == 0)
  }
}
