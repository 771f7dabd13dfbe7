#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A layer's place in a roofline plot.
struct RooflineDisc {
  let name: String, colour: String
  /// Of the time.
  let share: Double
  /// Operations a byte, and billions of operations a second.
  let x: Double, y: Double

  init(_ layer: LayerTimes, _ work: LayerWork, share: Double, x: Double, y: Double) {
    let parts = layer.name.split(separator: "+")
    // "model." says nothing, being in front of every name.
    let first = parts[0].hasPrefix("model.") ? parts[0].dropFirst(6) : parts[0]
    name = String(first) + (parts.count > 1 ? "+ \(parts.count - 1) more" : "")
    colour = work.kind.colour
    self.share = share
    self.x = x
    self.y = y
  }

  /// Its area goes with the time.
  var radius: Double { max(2.5, 34 * share.squareRoot()) }
}

/// One roofline plot: axes, roof, discs, and the names of the largest.
struct RooflinePanel {
  let axes: Axes
  let roof: Roof
  /// How many times fewer products the thriftiest layer does; above 1 a dashed line shows its roof.
  let saving: Double
  let title: String
  /// Whether its lines have their numbers on the left.
  let hasNumbers: Bool

  private static let labelled = 10

  private var left: Double { axes.x.start }
  private var right: Double { axes.x.end }
  private var top: Double { axes.y.end }
  private var bottom: Double { axes.y.start }

  func draw(_ discs: [RooflineDisc], _ marks: inout SVGMarks) {
    drawAxes(&marks)
    var labels = LabelPlacement(left: left + 3, right: right - 3, top: top + 3, bottom: bottom - 3)
    drawRoof(&marks, &labels)
    let sorted = discs.sorted { $0.share > $1.share }
    let places = sorted.map { disc in
      (x: axes.x.place(disc.x), y: axes.y.place(disc.y), radius: disc.radius)
    }
    // Large ones first, so that none is hidden.
    for (disc, place) in zip(sorted, places) {
      marks.circle(
        place.x, place.y, radius: place.radius, fill: disc.colour, line: "#fff", opacity: 0.75)
    }
    for place in places { labels.avoid(place) }
    for (disc, place) in zip(sorted, places).prefix(Self.labelled) {
      guard let label = labels.place(disc.name, besides: place) else { continue }
      marks.line([label.start, label.end], colour: "#666", width: 0.6)
      marks.text(label.x, label.y, disc.name, size: 11, anchor: label.anchor)
    }
  }

  private func drawAxes(_ marks: inout SVGMarks) {
    for tick in axes.x.ticks {
      let x = axes.x.place(tick.value)
      marks.line([(x, top), (x, bottom)], colour: "#e8e8e8", width: 1)
      if let label = tick.label { marks.text(x, bottom + 18, label, size: 12) }
    }
    for tick in axes.y.ticks {
      let y = axes.y.place(tick.value)
      marks.line([(left, y), (right, y)], colour: "#e8e8e8", width: 1)
      if hasNumbers, let label = tick.label {
        marks.text(left - 8, y + 4, label, size: 12, anchor: "end")
      }
    }
    marks.rectangle(left, top, right - left, bottom - top, fill: "none", line: "#888", radius: 0)
    marks.text(left, top - 10, title, size: 14, anchor: "start", weight: "bold")
  }

  private func drawRoof(_ marks: inout SVGMarks, _ labels: inout LabelPlacement) {
    func slope(upTo rate: Double) -> [(x: Double, y: Double)] {
      // It leaves the frame on its left or its lower side.
      let start = max(axes.x.least, axes.y.least / roof.gigabytes)
      let end = min(rate / roof.gigabytes, axes.x.greatest)
      return [start, end].map { (axes.x.place($0), axes.y.place($0 * roof.gigabytes)) }
    }
    func label(_ text: String, _ y: Double) {
      marks.text(left + 8, y - 6, text, size: 11, anchor: "start", colour: "#222")
      labels.avoid(x: left + 8, y: y - 17, width: 5.6 * Double(text.count))
      labels.avoid(x: left, y: y - 6.5, width: right - left)
    }
    let line = slope(upTo: roof.gigaflops)
    let y = axes.y.place(roof.gigaflops)
    marks.line(line + [(right, y)], colour: "#222", width: 2)
    label("measured peak, \(column(roof.gigaflops, decimals: 0, width: 0)) GFLOP/s", y)
    if saving > 1.01 {
      let y = axes.y.place(roof.gigaflops * saving)
      marks.line([(left, y), (right, y)], colour: "#222", width: 1, dashes: "5 4")
      label("the same with \(column(saving, decimals: 1, width: 0)) times fewer multiply-adds", y)
    }
    let (dx, dy) = (line[1].x - line[0].x, line[1].y - line[0].y)
    guard dx > 90 else { return }
    let bandwidth = column(roof.gigabytes, decimals: 1, width: 0)
    marks.text(
      line[0].x + 0.5 * dx + 9, line[0].y + 0.5 * dy + 11, "memory, \(bandwidth) GB/s",
      size: 11, colour: "#222", turn: atan2(dy, dx) * 180 / .pi)
    for part in stride(from: 0.1, through: 1, by: 0.1) {
      labels.avoid((line[0].x + part * dx, line[0].y + part * dy, 9))
    }
  }
}
