import FastSAM
import Imaging

extension Chapter {
  /// The five stages of the backbone.
  static func backbone(_ run: Run) -> Chapter {
    let stages = [(1, 0), (2, 2), (3, 4), (4, 6), (5, 9)]
    let what = [
      "One 3×3 convolution over the colours: edges, their directions, patches of a colour.",
      "A C2f block adds two convolutions a bottleneck: textures and corners.",
      "The first map that the neck takes over: parts of things.",
      "Coarser again, and wider in channels: larger parts, and what surrounds them.",
      "The coarsest map, pooled over windows of 5, 9 and 13 cells by SPPF: the scene at large.",
    ]
    var body = Markup.p(
      "Convolutions with a step of two halve the map five times. What a map loses in cells it gains "
        + "in channels and in the size of the picture that one cell sees, its receptive field.")
    body += receptiveFields(run, stages)
    var sheet: [(String, [Tile])] = []
    for ((stage, module), text) in zip(stages, what) {
      let shape = run.value(module).shape
      let channels = Plane.channels(run.value(module))
      let tiles = Tile.busiest(12, of: channels, named: "P\(stage)")
      let field = run.cost(of: "model.\(module)").receptiveField
      body += "<h3>P\(stage) <small>module \(module)</small></h3>\n"
      body += Markup.p(
        "<b>\(shape[1])×\(shape[2])×\(shape[3])</b>, stride \(1 << stage), a cell sees "
          + "\(field)×\(field) pixels. \(text)")
      body += Markup.tiles(
        tiles,
        caption:
          "The \(tiles.count) of \(channels.count) channels that vary most over the picture. "
          + "Each by itself, \(Markup.scale(.amount, "1st percentile", "99th"))"
          + (max(shape[2], shape[3]) > 160 ? "; shown at the mean of neighbouring cells." : "."))
      sheet.append(("P\(stage)  \(shape[1])x\(shape[2])x\(shape[3])", Array(tiles.prefix(6))))
    }
    let p = run.architecture
    return Chapter(
      title: "The backbone",
      result: "P3, P4, P5: \(p.p3), \(p.p4) and \(p.p5) channels at strides 8, 16 and 32",
      sources: ["YOLOv8/YOLOv8Seg.swift <small>Backbone</small>"], body: body,
      files: [FigureFile("stages", Sheet.rows(sheet))])
  }

  /// Nested squares on the input: what one cell of each stage sees.
  private static func receptiveFields(_ run: Run, _ stages: [(Int, Int)]) -> String {
    var stage = Stage(run.input, side: Run.half)
    let centre =
      run.chosen.map {
        (
          x: ($0.candidate.box.x1 + $0.candidate.box.x2) / 2,
          y: ($0.candidate.box.y1 + $0.candidate.box.y2) / 2
        )
      } ?? (x: Float(run.input.width) / 2, y: Float(run.input.height) / 2)
    var fields: [Int] = []
    for (number, (_, module)) in stages.enumerated() {
      let field = run.cost(of: "model.\(module)").receptiveField
      fields.append(field)
      let half = Float(field) / 2
      let box = stage.place(
        Box<ModelFrame>(
          x1: centre.x - half, y1: centre.y - half, x2: centre.x + half, y2: centre.y + half))
      let colour = Colour.distinct(number)
      stage.image.drawBox(box, colour, thickness: 2)
      // Smaller squares have no room for their name.
      guard box.x2 - box.x1 >= 40 else { continue }
      stage.image.drawText(
        "P\(number + 1)", x: Int(max(box.x1, 0)), y: Int(max(box.y1, 0)), colour.legible,
        on: colour)
    }
    let list = fields.enumerated().map { "\($0.element) (P\($0.offset + 1))" }
    return Markup.figure(
      Markup.img(stage.image, alt: "Nested squares on the picture: the receptive fields"),
      caption: "What one cell sees, as squares of the input with sides of "
        + list.joined(separator: ", ")
        + " pixels"
        + (run.chosen == nil ? "." : ", around the object of chapter 7.")
        + " Squares larger than the input are cut off, or not seen at all.", class: "narrow")
  }

  /// The neck's two paths.
  static func neck(_ run: Run) -> Chapter {
    let modules: [(module: Int, name: String, text: String)] = [
      (12, "Top-down, stride 16", "P5, upsampled, beside the backbone’s P4."),
      (
        15, "Top-down, stride 8",
        "Module 12, upsampled, beside the backbone’s P3. Head and "
          + "prototypes read it."
      ),
      (18, "Bottom-up, stride 16", "Module 15, halved by a convolution, beside module 12."),
      (21, "Bottom-up, stride 32", "Module 18, halved, beside the backbone’s P5."),
    ]
    let diagram = NeckDiagram.drawing(run)
    var body = Markup.p(
      "Coarse maps know what is there, fine maps know where. The neck carries the coarse ones down "
        + "to the fine resolution (feature pyramid) and the result up again (path aggregation); "
        + "where paths meet, channels are laid beside each other and a C2f block mixes them.")
    body += Markup.figure(
      diagram.element,
      caption: "The neck. In the boxes the module’s number and its shape, channels × height × "
        + "width; quiet boxes are the backbone’s.", class: "drawing")
    var sheet: [(String, [Tile])] = []
    for (module, name, text) in modules {
      let shape = run.value(module).shape
      let channels = Plane.channels(run.value(module))
      let tiles = Tile.busiest(12, of: channels, named: "Module \(module)")
      body += "<h3>\(name) <small>module \(module)</small></h3>\n"
      body += Markup.p("<b>\(shape[1])×\(shape[2])×\(shape[3])</b>. \(text)")
      body += Markup.tiles(
        tiles,
        caption: "The \(tiles.count) of \(channels.count) channels that vary most; "
          + "\(Markup.scale(.amount, "1st percentile", "99th")) of each.")
      sheet.append(("\(module)  \(shape[1])x\(shape[2])x\(shape[3])", Array(tiles.prefix(6))))
    }
    let a = run.architecture
    return Chapter(
      title: "The neck",
      result: "\(a.neck3), \(a.neck4) and \(a.neck5) channels at strides 8, 16 and 32",
      sources: ["YOLOv8/YOLOv8Seg.swift <small>Neck</small>"], body: body,
      files: [FigureFile("neck", Sheet.rows(sheet))])
  }
}
