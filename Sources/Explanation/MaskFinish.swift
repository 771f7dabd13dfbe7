import FastSAM
import Imaging
import Kernels
import Outputs
import Regions
import Segmentation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// From an object's logits to its mask: sigmoid, upsampling, crop, threshold, in the order in which
/// the scene makes them.
struct MaskFinish {
  private let object: ChosenObject, run: Run
  private let steps: [(title: String, text: String, image: Image, isMap: Bool)]

  init(_ object: ChosenObject, _ run: Run) {
    self.object = object
    self.run = run
    let scene = run.scene, colour = Colour.distinct(object.id)
    let logits = object.logits(first: object.order.count, in: scene)
    var probability = logits
    probability.values = logits.values.map(sigmoid)
    let grid = "\(logits.width)×\(logits.height) cells"
    let size = "\(scene.maskWidth)×\(scene.maskHeight)"
    var steps: [(String, String, Image, Bool)] = [
      (
        "Sigmoid",
        "σ(<i>M</i>) on the prototype grid, \(grid), all of it: other places may be "
          + "positive too.",
        probability.reduced(to: 320).coloured(.amount, from: 0, to: 1), true
      )
    ]
    let whole = Self.frame(of: object, run)
    let cropsFirst = scene.cells(of: object.id) != nil
    let ways = scene.upsamplings == 1 ? "bilinearly" : "bilinearly, in two steps,"
    let target = run.options.masks == .full ? "the picture’s" : "the input’s"
    if !cropsFirst {
      steps.append(
        (
          "Upsample",
          "Logits, enlarged \(ways) to \(target) \(size) pixels; the part around the "
            + "object.", Self.levels(of: object, run, whole, isCropped: false), false
        ))
    }
    steps.append(
      (
        "Crop",
        cropsFirst
          ? "Logits of cells outside the box become 0, before they are enlarged \(ways) to "
            + "\(target) \(size) pixels: the mask may reach a little past its box."
          : "What lies outside the box is dropped.",
        Self.levels(of: object, run, whole, isCropped: true), false
      ))
    let mask = object.instance.mask()
    var black = whole
    black.image = Image(
      width: whole.image.width, height: whole.image.height, filledWith: ColourMap.amount[0])
    black.draw(mask, ColourMap.amount[1], opacity: 1)
    steps.append(
      (
        "Threshold",
        "Probability above ½, \(grouped(mask.area)) pixels. The program compares "
          + "logits with 0, which is the same and needs no exponentials.", black.image, false
      ))
    var outlined = whole
    outlined.draw(mask, colour, opacity: 0.35)
    steps.append(("The mask", "On the picture.", outlined.image, false))
    self.steps = steps
  }

  var html: String {
    let figures = steps.enumerated().map { index, step in
      Markup.figure(
        Markup.img(step.image, alt: "\(step.title) of object \(object.id)", isMap: step.isMap),
        caption: "<b>\(index + 1) \(step.title).</b> \(step.text)")
    }
    return "<h3>From logits to the mask</h3>\n"
      + Markup.p(Markup.scale(.amount, "probability 0", "1"))
      + Markup.row(figures, class: "steps")
  }

  var file: FigureFile { FigureFile("mask", Sheet.strip(steps.map(\.image), height: 220)) }

  /// The part of the masks' frame around the object, as it is shown.
  private static func frame(of object: ChosenObject, _ run: Run) -> Stage {
    let canvas = run.canvas, window = run.scene.window(of: object.id)
    let margin = max(window.width, window.height) / 4 + 8
    let part = window.expanded(by: margin, inside: canvas.width, canvas.height)
    return Stage(canvas, part: part.isEmpty ? nil : part, side: Run.half)
  }

  /// The upsampled probabilities in steps of a twentieth: how many masks of rising thresholds hold a
  /// pixel tells its probability, so that what is seen is what the scene computes.
  private static func levels(
    of object: ChosenObject, _ run: Run, _ stage: Stage, isCropped: Bool
  ) -> Image {
    let count = 20
    var levels = [Float](repeating: 0, count: stage.image.width * stage.image.height)
    for level in 1..<count {
      let p = Float(level) / Float(count)
      let mask = run.scene.mask(
        of: object.id, above: logf(p / (1 - p)), isCropped: isCropped)
      for (i, isInside) in stage.sampled(mask).enumerated() where isInside { levels[i] += 1 }
    }
    let plane = Plane(width: stage.image.width, height: stage.image.height, values: levels)
    var image = plane.coloured(.amount, from: 0, to: Float(count - 1))
    let box =
      run.options.masks == .full
      ? stage.place(object.instance.box) : stage.place(object.candidate.box)
    image.drawBox(box, .white, thickness: 2)
    return image
  }
}
