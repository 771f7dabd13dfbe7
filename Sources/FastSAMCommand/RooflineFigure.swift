/// The roofline plot of a network's layers, as SVG: operations for each byte against operations a
/// second, both logarithmic, under the roof of peak and memory bandwidth (Williams, Waterman and
/// Patterson, "Roofline", CACM 52(4), 2009).
///
/// Two panels, because Winograd does less than the definition asks for. On the left the work is the
/// definition's, so that such layers may stand above the roof; on the right it is what the algorithm
/// does, and none can but by the noise of the machine.
struct RooflineFigure {
  let title: String
  let roof: Roof
  /// Those that are convolutions are drawn.
  let layers: [LayerTimes]

  private static let width = 1200, height = 660
  private static let (left, middle, right) = (78.0, 636.0, 1182.0)
  private static let (top, bottom, gap) = (96.0, 530.0, 26.0)
  /// Layers that take less of the time are left out: their places are those of the hand-over.
  private static let leastShare = 0.004

  /// The document.
  var svg: String {
    let total = layers.reduce(0) { $0 + $1.times.median }
    let convolutions = layers.filter { $0.work != nil }
    let shown = convolutions.filter { $0.times.median >= Self.leastShare * total }
    let discs = shown.flatMap { layer in
      layer.work.map { work in
        [
          RooflineDisc(
            layer, work, share: layer.times.median / total, x: work.intensity, y: layer.gigaflops),
          RooflineDisc(
            layer, work, share: layer.times.median / total, x: work.intensityDone,
            y: layer.gigaflopsDone),
        ]
      } ?? []
    }
    let saving =
      shown.compactMap { $0.work.map { Double($0.products) / Double($0.productsDone) } }.max() ?? 1
    let ridge = roof.gigaflops / roof.gigabytes
    let least = (discs.map(\.x).min() ?? ridge, discs.map(\.y).min() ?? roof.gigaflops)
    let greatest = (discs.map(\.x).max() ?? ridge, (discs.map(\.y).max() ?? 0))
    func axes(from left: Double, to right: Double) -> Axes {
      Axes(
        x: Axis([least.0, ridge, greatest.0], from: left, to: right),
        y: Axis(
          [least.1, greatest.1, roof.gigaflops * saving], from: Self.bottom, to: Self.top))
    }
    var marks = SVGMarks()
    marks.text(26, 36, "\(title): roofline", size: 19, anchor: "start", weight: "bold")
    marks.text(Self.right, 36, "measured: \(roof.description)", size: 13, anchor: "end")
    var panel = RooflinePanel(
      axes: axes(from: Self.left, to: Self.middle - Self.gap / 2), roof: roof, saving: saving,
      title: "Work of the definition", hasNumbers: true)
    panel.draw(discs.indices.filter { $0 % 2 == 0 }.map { discs[$0] }, &marks)
    panel = RooflinePanel(
      axes: axes(from: Self.middle + Self.gap / 2, to: Self.right), roof: roof, saving: 1,
      title: "Multiply-adds that are done", hasNumbers: false)
    panel.draw(discs.indices.filter { $0 % 2 == 1 }.map { discs[$0] }, &marks)
    marks.text(
      (Self.left + Self.right) / 2, Self.bottom + 42,
      "operations for each byte that must be moved (FLOP/byte)", size: 13)
    marks.text(26, (Self.top + Self.bottom) / 2, "GFLOP/s", size: 13, turn: -90)
    let leftOut = convolutions.filter { $0.times.median < Self.leastShare * total }
    drawLegend(total, leftOut, saving, &marks)
    return marks.document(width: Self.width, height: Self.height)
  }

  private func drawLegend(
    _ total: Double, _ leftOut: [LayerTimes], _ saving: Double, _ marks: inout SVGMarks
  ) {
    var x = Self.left
    for kind in LayerWork.Kind.allCases {
      let part = layers.filter { $0.work?.kind == kind }
      guard !part.isEmpty else { continue }
      let share = part.reduce(0) { $0 + $1.times.median } / total
      let label = "\(kind.rawValue) (\(percent(share)) of the time)"
      marks.circle(x + 6, 596, radius: 6, fill: kind.colour, opacity: 0.75)
      marks.text(x + 17, 600, label, size: 12, anchor: "start")
      x += 40 + 6.2 * Double(label.count)
    }
    var notes = [
      "A disc is a layer (named without \"model.\"), its area its part of the time. "
        + "Bytes: input, filter and output once each, "
        + "whatever the caches do; a layer whose input is still in one may stand above the slope."
    ]
    if saving > 1 {
      notes.append(
        "Winograd, layers in one, and a 1×1 that runs before an upsampling and not after it do fewer "
          + "multiply-adds than the definition asks for: they may stand above the roof on the left."
      )
    }
    if !leftOut.isEmpty {
      let share = leftOut.reduce(0) { $0 + $1.times.median } / total
      notes.append(
        "Left out: \(leftOut.count) \(leftOut.count == 1 ? "layer" : "layers") of less than "
          + "\(column(100 * Self.leastShare, decimals: 1, width: 0)) % of the time, together "
          + "\(column(100 * share, decimals: 1, width: 0)) %.")
    }
    for (line, note) in notes.enumerated() {
      marks.text(
        Self.left, 620 + 15 * Double(line), note, size: 11, anchor: "start", colour: "#555")
    }
  }
}

extension LayerWork.Kind {
  /// Distinct also to those who do not see all colours (Okabe and Ito's palette).
  var colour: String {
    switch self {
    case .winograd: "#0072b2"
    case .direct: "#56b4e9"
    case .strided: "#009e73"
    case .pointwise: "#e69f00"
    case .merged: "#cc79a7"
    }
  }
}
