import FastSAM
import Imaging
import Outputs
import Segmentation

extension Chapter {
  /// The prototypes.
  static func prototypes(_ run: Run) -> Chapter {
    let shape = run.scene.prototypes.shape
    let tiles = Plane.channels(run.scene.prototypes).enumerated().map { k, plane in
      Tile(
        image: plane.reduced(to: 160).normalised(), label: "\(k)",
        alt: "Prototype \(k), a map over the whole picture")
    }
    let body =
      Markup.p(
        "From the finest map a branch of its own makes \(shape[1]) prototypes, a quarter of the "
          + "input’s size, once for the whole picture (YOLACT, "
          + "<a href=\"https://arxiv.org/abs/1904.02689\">arXiv 1904.02689</a>). No prototype "
          + "belongs to an object: some answer to places, some to edges, some to textures or to the "
          + "ground. They end in a SiLU and so hardly fall below 0; what is to be taken away, the "
          + "coefficients take away. A chequered grain comes from the transposed convolution that "
          + "doubles the map: four filters take turns at the four cells of each square.")
      + Markup.tiles(
        tiles,
        caption: "All \(shape[1]) prototypes, \(shape[3])×\(shape[2]) cells, each from its "
          + Markup.scale(.amount, "1st percentile", "99th") + ".", class: "many")
    return Chapter(
      title: "The prototypes", result: "\(shape)",
      sources: ["YOLOv8/YOLOv8Seg.swift <small>Proto</small>"], body: body,
      files: [FigureFile("prototypes", Sheet.grid(tiles, columns: 8, width: 104))])
  }

  /// One object's mask, step by step.
  static func mask(_ run: Run) -> Chapter {
    let sources = [
      "Segmentation/CellLogits.swift", "Segmentation/MaskGeometry.swift",
      "Segmentation/MaskRaster.swift",
    ]
    guard let object = run.chosen else {
      return Chapter(
        title: "One mask, step by step", result: "no mask", sources: sources,
        body: Markup.p(run.absence))
    }
    let mixing = Mixing(object, run), finish = MaskFinish(object, run)
    let chart = CoefficientChart(object: object).drawing
    let grid = run.scene.prototypes.shape
    let label = run.segmenter.classNames[object.instance.classIndex]
    let (k, total) = (object.order[0], max(object.strengths.reduce(0, +), 1e-9))
    var body = Markup.p(
      "We follow object \(object.id) (<i>\(xmlEscaped(label))</i>, score "
        + "\(decimal(object.candidate.score, 3))). Its cell gave \(grid[1]) coefficients, and the "
        + "mask’s logits are the prototypes’ weighted sum:")
    body += Markup.equation(
      "<i>M</i>(<i>x</i>, <i>y</i>) = Σ<sub><i>k</i></sub> <i>c</i><sub><i>k</i></sub> "
        + "<i>P</i><sub><i>k</i></sub>(<i>x</i>, <i>y</i>)")
    body += "<h3>The coefficients</h3>\n"
    body += Markup.figure(
      "<div class=\"scroll\">\(chart.element)</div>",
      caption: "Above, the coefficients, "
        + "<span class=\"plus\">positive</span> or <span class=\"minus\">negative</span>; the "
        + "numbers are the prototypes’. Those come first that add most under the box: the root of "
        + "the mean square of <i>c</i>·<i>P</i> there, below. Prototype \(k) adds "
        + "\(percent(object.strengths[k] / total)).",
      class: "drawing")
    body += mixing.html + finish.html
    return Chapter(
      title: "One mask, step by step",
      result: "\(grid[2])×\(grid[3]) logits, then \(run.scene.maskHeight)×\(run.scene.maskWidth) "
        + "pixels",
      sources: sources, body: body,
      files: [FigureFile("coefficients", drawing: chart), mixing.file, finish.file])
  }

  /// All objects on the picture.
  static func everything(_ run: Run) -> Chapter {
    let scene = run.scene
    let frame =
      run.options.masks == .full
      ? MaskFrame(pictureWidth: run.image.width, pictureHeight: run.image.height)
      : MaskFrame(run.letterbox)
    let masks = scene.masks(on: run.segmenter.pool)
    let picture = overlay(run.image, scene.instances, masks: masks, frame: frame)
    let stage = Stage(picture, side: Run.wide)
    let body =
      Markup.p(
        scene.instances.isEmpty
          ? "Nothing scored above the confidence \(threshold(run.options.confidence)), so the "
            + "picture stays as it is."
          : "Every object’s mask is mixed from the same prototypes; only the "
            + "\(scene.prototypes.shape[1]) coefficients and the box differ. So one pass of the "
            + "network serves all objects, and a prompt, a point, a box or words, only chooses "
            + "among them.")
      + Markup.figure(
        Markup.img(stage.image, alt: "The picture with the masks of all objects in colours"),
        caption: "\(counted(scene.instances.count, "object", "objects")), the smallest on top.",
        class: "wide")
    return Chapter(
      title: "Everything together",
      result: "\(counted(scene.instances.count, "mask", "masks")) of "
        + "\(scene.maskHeight)×\(scene.maskWidth) pixels",
      sources: ["Segmentation/Scene.swift", "Outputs/Overlay.swift"], body: body,
      files: [FigureFile("overlay", stage.image)])
  }
}
