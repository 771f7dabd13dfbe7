import FastSAM
import Imaging
import Segmentation

/// An object's logits growing term by term.
struct Mixing {
  private let object: ChosenObject, run: Run
  /// The sums of the first 1, 2, 3 … prototypes on the prototype grid.
  private let sums: [Plane]
  /// What the ends of the colour scale stand for, in all figures.
  private let reach: Float

  init(_ object: ChosenObject, _ run: Run) {
    self.object = object
    self.run = run
    let sums = (1...object.order.count).map { object.logits(first: $0, in: run.scene) }
    self.sums = sums
    let last = sums[sums.count - 1].percentiles(0.01, 0.99)
    reach = max(abs(last.low), abs(last.high), 1e-6)
  }

  /// The sums of the steps side by side, and all of them one at a time.
  var html: String {
    let tiles = object.steps.map { count in
      Tile(
        image: picture(count, side: 240),
        label: (count == 1 ? "1 prototype" : "\(count) prototypes")
          + ", IoU \(decimal(agreement(of: count)))",
        alt: "The sum of the first \(count) terms")
    }
    return """
      <h3>The sum</h3>
      \(Markup.tiles(tiles, caption: "The sum of the terms that add most, "
        + Markup.scale(.balance, "−" + decimal(reach, 1), "+" + decimal(reach, 1))
        + ", white where it is 0. The IoU tells how far the cells under the box where it is "
        + "positive are those of the last sum.", class: "sums"))
      \(stepper)
      """
  }

  var file: FigureFile {
    let tiles = object.steps.map { Tile(image: picture($0, side: 240), label: "\($0)", alt: "") }
    return FigureFile("mixing", Sheet.grid(tiles, columns: min(3, tiles.count), width: 264))
  }

  /// Radio buttons, a picture each: the arrow keys walk through the sums, and no script is needed.
  private var stepper: String {
    let count = sums.count
    let numbers = 1...count
    let rules = numbers.map { "#m\($0):checked~.frames>.f\($0)" }.joined(separator: ",")
    let inputs = numbers.map { n in
      "<input type=\"radio\" name=\"mix\" id=\"m\(n)\" aria-label=\"\(n) of \(count)\""
        + (n == 1 ? " checked=\"checked\"" : "") + "/>"
    }
    let frames = numbers.map { n -> String in
      let k = object.order[n - 1]
      let c = object.coefficients[k]
      return "<div class=\"f\(n)\">"
        + Markup.img(picture(n, side: 176), alt: "The sum of the first \(n) terms", isMap: true)
        + "<p>term \(n) of \(count): \(c < 0 ? "−" : "+") \(decimal(abs(c))) · "
        + "<i>P</i><sub>\(k)</sub></p></div>\n"
    }
    return """
      <style>\(rules){display:block}</style>
      <fieldset class="stepper" style="--count:\(count)">
      <legend>One prototype at a time: click, or use the arrow keys</legend>
      \(inputs.joined())
      <div class="frames">
      \(frames.joined())</div></fieldset>

      """
  }

  private func picture(_ count: Int, side: Int) -> Image {
    sums[count - 1].reduced(to: side).coloured(.balance, from: -reach, to: reach)
  }

  /// The IoU, under the box, of where the sum of the first `count` terms and that of all are positive.
  private func agreement(of count: Int) -> Float {
    let cells = run.scene.sources(of: object.id)
    let (part, all) = (sums[count - 1], sums[sums.count - 1])
    var (both, either) = (0, 0)
    for y in cells.y..<cells.endY {
      for x in cells.x..<cells.endX {
        let i = y * all.width + x
        let (a, b) = (part.values[i] > 0, all.values[i] > 0)
        if a && b { both += 1 }
        if a || b { either += 1 }
      }
    }
    return either == 0 ? 1 : Float(both) / Float(either)
  }
}
