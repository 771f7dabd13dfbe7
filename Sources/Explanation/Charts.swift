/// The distribution of one side of a box over its bins, with its expectation.
struct DistributionChart {
  /// `left`.
  let side: String
  /// The probabilities of the bins.
  let probabilities: [Float]
  /// The expected bin.
  let expectation: Float
  /// Network pixels a bin.
  let stride: Float

  static let width = 330.0, height = 178.0

  var drawing: Drawing {
    let pixels = decimal(expectation * stride, 1)
    var drawing = Drawing(
      width: Self.width, height: Self.height,
      title: "\(side): bars of the \(probabilities.count) bins' probabilities, expectation "
        + "\(decimal(expectation)) cells, which are \(pixels) pixels")
    let (left, right, top, base) = (1.0, Self.width - 1, 52.0, 148.0)
    let step = (right - left) / Double(probabilities.count)
    let peak = max(probabilities.max() ?? 1, 1e-6)
    drawing.text(left, 18, side, "label strong")
    drawing.text(
      right, 18, "\(decimal(expectation)) cells × \(decimal(stride, 0)) = \(pixels) px",
      "label end")
    for (bin, probability) in probabilities.enumerated() {
      let height = (base - top) * Double(probability / peak)
      drawing.rectangle(
        left + Double(bin) * step + step * 0.12, base - height, step * 0.76, height, "bar",
        title: "bin \(bin): \(percent(probability, 1))")
    }
    drawing.line([(left, base), (right, base)], "axis")
    let every = (probabilities.count + 8) / 9
    for bin in Swift.stride(from: 0, to: probabilities.count, by: every) {
      drawing.text(left + (Double(bin) + 0.5) * step, base + 17, "\(bin)", "label small middle")
    }
    if expectation.isFinite {
      let x = left + (Double(expectation) + 0.5) * step
      drawing.line([(x, top - 14), (x, base)], "mark")
      let likeliest = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      drawing.text(
        x + (x > Self.width * 0.6 ? -5 : 5), top - 8,
        "Σ i·pᵢ; bin \(likeliest) has \(percent(peak))",
        x > Self.width * 0.6 ? "label small end" : "label small")
    }
    return drawing
  }

  /// All four sides, two by two.
  static func together(_ charts: [DistributionChart]) -> Drawing {
    var drawing = Drawing(
      width: 2 * width + 24, height: 2 * height + 16,
      title: charts.map(\.drawing.title).joined(separator: "; "))
    for (index, chart) in charts.enumerated() {
      drawing.place(
        chart.drawing, x: Double(index % 2) * (width + 24), y: Double(index / 2) * (height + 16))
    }
    return drawing
  }
}

/// An object's coefficients, those that add most to its mask first, and how much each adds.
struct CoefficientChart {
  let object: ChosenObject

  var drawing: Drawing {
    let count = object.order.count
    let (width, left, right) = (760.0, 1.0, 759.0)
    let step = (right - left) / Double(max(count, 1))
    let largest = object.coefficients.map { abs($0) }.max() ?? 1
    let total = max(object.strengths.reduce(0, +), 1e-9)
    let strongest = max(object.strengths.max() ?? 1, 1e-9)
    let best = object.order.first ?? 0
    var drawing = Drawing(
      width: width, height: 330,
      title: "Bars of the \(count) coefficients by falling contribution; prototype \(best) adds "
        + "most, with a coefficient of \(decimal(object.coefficients[best]))")
    // The zero line lies where the longest bars of both signs have one scale and fill the room.
    let (top, room) = (28.0, 160.0)
    let finite = object.coefficients.filter(\.isFinite)
    let (most, least) = (max(finite.max() ?? 0, 0), min(finite.min() ?? 0, 0))
    let unit = room / Double(max(most - least, 1e-9))
    let zero = top + unit * Double(most)
    drawing.text(left, 16, "coefficient c", "label strong")
    drawing.text(right, 16, "largest magnitude \(decimal(largest))", "label small end")
    let (floor, height) = (316.0, 68.0)
    drawing.text(left, 236, "share of what all terms add", "label strong")
    drawing.text(right, 236, "largest \(percent(strongest / total))", "label small end")
    for (place, k) in object.order.enumerated() {
      let x = left + Double(place) * step, c = object.coefficients[k]
      let length = c.isFinite ? unit * Double(abs(c)) : 0
      drawing.rectangle(
        x + step * 0.14, c < 0 ? zero : zero - length, step * 0.72, length,
        c < 0 ? "bar minus" : "bar plus", title: "prototype \(k): c = \(decimal(c))")
      drawing.text(x + step / 2, 208, "\(k)", "label small middle")
      let share = height * Double(object.strengths[k] / strongest)
      drawing.rectangle(
        x + step * 0.14, floor - share, step * 0.72, share, "bar",
        title: "prototype \(k): \(percent(object.strengths[k] / total, 1))")
    }
    drawing.line([(left, zero), (right, zero)], "axis")
    drawing.line([(left, floor), (right, floor)], "axis")
    return drawing
  }
}

/// The neck: which module reads which, the stages from the coarsest at the top to the finest.
enum NeckDiagram {
  static func drawing(_ run: Run) -> Drawing {
    var drawing = Drawing(
      width: 560, height: 250,
      title: "Backbone outputs P3, P4, P5; from P5 the path goes down through modules 12 and 15 "
        + "to P3, and up again through 18 and 21 to P5")
    let (backbone, down, up) = (85.0, 275.0, 465.0)
    let (p5, p4, p3) = (60.0, 140.0, 220.0)
    func box(_ x: Double, _ y: Double, _ name: String, _ module: Int, _ style: String) {
      let shape = run.value(module).shape
      drawing.rectangle(x - 66, y - 23, 132, 46, style, radius: 5)
      drawing.text(x, y - 4, name, "label strong middle")
      drawing.text(x, y + 14, "\(shape[1])×\(shape[2])×\(shape[3])", "label small middle")
    }
    drawing.text(backbone, 18, "backbone", "label small middle")
    drawing.text(down, 18, "top-down (FPN)", "label small middle")
    drawing.text(up, 18, "bottom-up (PAN)", "label small middle")
    for (y, to) in [(p4, down), (p3, down)] {
      drawing.arrow([(backbone + 66, y), (to - 66, y)])
    }
    drawing.arrow([(backbone + 66, p5), (up - 66, p5)])
    drawing.arrow([(down, p5), (down, p4 - 23)])
    drawing.arrow([(down, p4 + 23), (down, p3 - 23)])
    drawing.arrow([(down + 66, p4), (up - 66, p4)])
    drawing.arrow([(down + 66, p3), (up - 66, p3)])
    drawing.arrow([(up, p3 - 23), (up, p4 + 23)])
    drawing.arrow([(up, p4 - 23), (up, p5 + 23)])
    box(backbone, p5, "P5 · 9", 9, "node quiet")
    box(backbone, p4, "P4 · 6", 6, "node quiet")
    box(backbone, p3, "P3 · 4", 4, "node quiet")
    box(down, p4, "12", 12, "node")
    box(down, p3, "15", 15, "node")
    box(up, p3, "15 → head", 15, "node out")
    box(up, p4, "18 → head", 18, "node out")
    box(up, p5, "21 → head", 21, "node out")
    drawing.text(down + 6, (p5 + p4) / 2 - 8, "upsample ×2", "label small")
    drawing.text(down + 6, (p4 + p3) / 2 + 4, "upsample ×2", "label small")
    drawing.text(up + 6, (p4 + p3) / 2 + 4, "conv s2", "label small")
    drawing.text(up + 6, (p5 + p4) / 2 + 4, "conv s2", "label small")
    return drawing
  }
}
