/// Pixels of two boundary maps, brought together one to one where they lie near each other.
///
/// The Berkeley benchmark (Martin, Fowlkes and Malik, 2004) asks for the assignment of least total
/// distance in which an unmatched pixel costs a hundred times the largest distance, and approximates
/// it with a randomised sparse graph. Here as many pixels as possible are matched, exactly: at that
/// price the cheapest assignment is one of the largest. Among those, near pairs are preferred: pairs
/// are first made by rising distance, then paths of exchanges add what is still possible (Hopcroft
/// and Karp, 1973), which never leaves a matched pixel alone again.
struct Correspondence {
  /// For each pixel of the first and of the second map whether it has a partner.
  private(set) var isMatched: (first: [Bool], second: [Bool])
  /// The number of pairs.
  private(set) var count = 0

  /// Matches pixels at most `radius` pixels apart, centre to centre.
  ///
  /// - Precondition: the maps have the same size.
  init(_ first: BoundaryMap, _ second: BoundaryMap, radius: Double) {
    precondition(
      first.width == second.width && first.height == second.height,
      "Correspondence: \(first.width)×\(first.height) and \(second.width)×\(second.height)")
    isMatched = ([Bool](repeating: false, count: first.pixels.count), [])
    isMatched.second = isMatched.first
    var search = Matching(first, second, radius: radius)
    search.matchNearest()
    search.augment()
    for (pixel, partner) in zip(search.pixels, search.partner) where partner >= 0 {
      isMatched.first[pixel] = true
      isMatched.second[search.others[partner]] = true
      count += 1
    }
  }
}

/// A bipartite graph of pixels, and a matching in it that grows.
private struct Matching {
  /// The boundary pixels of each map.
  let pixels: [Int], others: [Int]
  /// For each pixel of the first map its neighbours among `others`, by rising distance:
  /// `neighbours[start[i]..<start[i + 1]]`.
  private var neighbours: [Int32] = []
  private var squares: [Int32] = []
  private var start: [Int] = [0]
  /// The partner of each pixel, −1 where it has none.
  private(set) var partner: [Int]
  private var otherPartner: [Int]

  init(_ first: BoundaryMap, _ second: BoundaryMap, radius: Double) {
    let width = first.width, height = first.height
    pixels = first.pixels.indices.filter { first.pixels[$0] }
    others = second.pixels.indices.filter { second.pixels[$0] }
    partner = [Int](repeating: -1, count: pixels.count)
    otherPartner = [Int](repeating: -1, count: others.count)
    var index = [Int32](repeating: -1, count: second.pixels.count)
    for (place, pixel) in others.enumerated() { index[pixel] = Int32(place) }
    let reach = Int(radius)
    var offsets: [(x: Int, y: Int, square: Int)] = []
    for y in -reach...reach {
      for x in -reach...reach where Double(x * x + y * y).squareRoot() <= radius {
        offsets.append((x, y, x * x + y * y))
      }
    }
    offsets.sort { ($0.square, $0.y, $0.x) < ($1.square, $1.y, $1.x) }
    for pixel in pixels {
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      for offset in offsets {
        let column = x + offset.x, row = y + offset.y
        guard column >= 0, column < width, row >= 0, row < height else { continue }
        let other = index[row * width + column]
        if other >= 0 {
          neighbours.append(other)
          squares.append(Int32(offset.square))
        }
      }
      start.append(neighbours.count)
    }
  }

  /// Makes pairs by rising distance, as long as both pixels are free.
  mutating func matchNearest() {
    var edges: [(square: Int32, pixel: Int, other: Int)] = []
    for pixel in pixels.indices {
      for edge in start[pixel]..<start[pixel + 1] {
        edges.append((squares[edge], pixel, Int(neighbours[edge])))
      }
    }
    edges.sort { ($0.square, $0.pixel, $0.other) < ($1.square, $1.pixel, $1.other) }
    for edge in edges where partner[edge.pixel] < 0 && otherPartner[edge.other] < 0 {
      partner[edge.pixel] = edge.other
      otherPartner[edge.other] = edge.pixel
    }
  }

  /// Adds pairs along shortest alternating paths until there is none.
  mutating func augment() {
    while true {
      let layers = layers()
      var next = start
      var grew = false
      for pixel in pixels.indices where partner[pixel] < 0 {
        if extend(from: pixel, layers, &next) { grew = true }
      }
      if !grew { return }
    }
  }

  /// How many pairs lie between each pixel of the first map and a free one; −1 where it is out of
  /// reach.
  private func layers() -> [Int32] {
    var layer = [Int32](repeating: -1, count: pixels.count)
    var queue = pixels.indices.filter { partner[$0] < 0 }
    for pixel in queue { layer[pixel] = 0 }
    var head = 0
    while head < queue.count {
      let pixel = queue[head]
      head += 1
      for edge in start[pixel]..<start[pixel + 1] {
        let further = otherPartner[Int(neighbours[edge])]
        if further >= 0, layer[further] < 0 {
          layer[further] = layer[pixel] + 1
          queue.append(further)
        }
      }
    }
    return layer
  }

  /// Follows the layers from a free pixel to a free one of the other map and exchanges the pairs on
  /// the way; `next` remembers which edges led nowhere.
  private mutating func extend(from root: Int, _ layer: [Int32], _ next: inout [Int]) -> Bool {
    var path = [root]
    while let pixel = path.last {
      guard next[pixel] < start[pixel + 1] else {
        path.removeLast()
        if let before = path.last { next[before] += 1 }
        continue
      }
      let other = Int(neighbours[next[pixel]])
      let further = otherPartner[other]
      if further < 0 {
        for pixel in path.reversed() {
          let other = Int(neighbours[next[pixel]])
          partner[pixel] = other
          otherPartner[other] = pixel
          next[pixel] += 1
        }
        return true
      }
      if layer[further] == layer[pixel] + 1 {
        path.append(further)
      } else {
        next[pixel] += 1
      }
    }
    return false
  }
}
