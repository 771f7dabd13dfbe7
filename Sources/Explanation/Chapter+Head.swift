import FastSAM
import Imaging
import Kernels
import Outputs
import Regions
import Segmentation

extension Chapter {
  /// What the head says: scores of all cells, the distributions of one.
  static func head(_ run: Run) -> Chapter {
    let a = run.architecture
    let maps = run.record.head.scoreMaps
    var body = Markup.p(
      "Each cell of three maps may stand for one object and answers three questions: what is it "
        + "(\(counted(a.classes, "class", "classes"))), where are the four sides of its box "
        + "(4×\(a.bins) logits), and how do the prototypes mix into its mask "
        + "(\(a.prototypes) coefficients). An answer counts where its score, the sigmoid of "
        + (a.classes == 1 ? "its class logit" : "its largest class logit")
        + ", exceeds the confidence \(threshold(run.options.confidence)).")
    let grey = Stage(run.input, side: Run.half).image.faded(0.25)
    var figures: [String] = [], images: [Image] = []
    for map in maps {
      let scores = bestScores(map)
      let above = scores.values.count { $0 > Float(run.options.confidence) }
      let image = overlaid(scores, on: grey)
      images.append(image)
      let best = scores.values.filter(\.isFinite).max() ?? 0
      figures.append(
        Markup.figure(
          Markup.img(
            image, alt: "Scores of the cells of stride \(map.stride) over the picture"),
          caption: "<b>Stride \(map.stride)</b>: \(scores.width)×\(scores.height) cells, "
            + "\(grouped(above)) above the confidence, the best \(decimal(best))."))
    }
    body += Markup.row(figures, class: "triple")
    body += Markup.p(
      "Fine cells find small things, coarse cells large ones; "
        + "\(Markup.scale(.amount, "score 0", "1")) over the picture in grey."
        + (a.classes == 1 ? "" : " Shown is the likeliest of \(a.classes) classes in each cell."))
    var files = [FigureFile("scores", Sheet.strip(images, height: 300))]
    body += "<h3>Four sides from one cell</h3>\n"
    if let object = run.chosen {
      let (text, drawing) = sides(of: object, run)
      body += text
      files.append(FigureFile("dfl", drawing: drawing))
    } else {
      body += Markup.p(run.absence)
    }
    let shapes = maps.map { "\($0.logits.shape[2])×\($0.logits.shape[3])" }
    return Chapter(
      title: "The head",
      result: "boxes \(4 * a.bins), classes \(a.classes), coefficients \(a.prototypes) × "
        + shapes.joined(separator: ", "),
      sources: [
        "YOLOv8/YOLOv8Seg.swift <small>SegmentHead</small>", "Segmentation/CandidateSearch.swift",
        "Segmentation/BoxDecoding.swift",
      ], body: body, files: files)
  }

  /// The distributions of the chosen object's cell, and the box that they make.
  private static func sides(of object: ChosenObject, _ run: Run) -> (String, Drawing) {
    let head = run.record.head, anchor = object.candidate.anchor
    let (x, y, stride) = head.place(of: anchor)
    let expected = head.expectedBins(of: anchor)
    let charts = zip(["left", "top", "right", "bottom"], head.sideDistributions(of: anchor))
      .enumerated().map {
        DistributionChart(
          side: $1.0, probabilities: $1.1, expectation: expected[$0], stride: stride)
      }
    let box = object.candidate.box
    var text = Markup.p(
      "The object of chapter 7 comes from the cell in column \(object.column), row \(object.row) of "
        + "the map of stride \(decimal(stride, 0)), whose centre is "
        + "(\(decimal(x, 0)), \(decimal(y, 0))). A side is not one number but a distribution over "
        + "\(head.bins) distances, 0 to \(head.bins - 1) cells; its expectation Σ <i>i</i>·<i>p</i>ᵢ "
        + "is where the side lies (distribution focal loss, "
        + "<a href=\"https://arxiv.org/abs/2006.04388\">arXiv 2006.04388</a>). A broad one means "
        + "that the cell is not sure.")
    text +=
      "<figure class=\"charts\">\n" + charts.map(\.drawing.element).joined()
      + "<figcaption>Probabilities of the bins, each chart scaled to its highest bar; the line is "
      + "the expectation.</figcaption></figure>\n"
    text += Markup.row(
      [
        Markup.figure(
          Markup.img(anchorPicture(of: object, run), alt: "The cell, and the box around it"),
          caption: "The cell’s centre, the four distances, and the box: from "
            + "(\(decimal(box.x1, 1)), \(decimal(box.y1, 1))) to "
            + "(\(decimal(box.x2, 1)), \(decimal(box.y2, 1))) in pixels of the input.",
          class: "detail")
      ], class: "single")
    return (text, DistributionChart.together(charts))
  }

  private static func anchorPicture(of object: ChosenObject, _ run: Run) -> Image {
    let box = object.candidate.box
    var stage = Stage(
      run.input, part: surroundings(of: box, in: run.input), side: Run.half * 3 / 4)
    let (x, y, _) = run.record.head.place(of: object.candidate.anchor)
    let centre = stage.place(Double(x), Double(y)), shown = stage.place(box)
    let colour = Colour.distinct(object.id)
    stage.image.drawBox(shown, colour, thickness: 3)
    for end in [
      (Double(shown.x1), centre.y), (centre.x, Double(shown.y1)), (Double(shown.x2), centre.y),
      (centre.x, Double(shown.y2)),
    ] {
      stage.image.drawLine(from: centre, to: end, .white, thickness: 4)
      stage.image.drawLine(from: centre, to: end, colour, thickness: 2)
    }
    stage.image.drawDisc(x: centre.x, y: centre.y, radius: 6, .white)
    stage.image.drawDisc(x: centre.x, y: centre.y, radius: 4, colour)
    return stage.image
  }

  /// The part of a picture around a box, with a fifth of its size on each side.
  static func surroundings<Frame>(of box: Box<Frame>, in picture: Image) -> PixelRectangle {
    func whole(_ value: Float, _ limit: Int) -> Int { Int(min(max(value, 0), Float(limit))) }
    let margin = max(box.x2 - box.x1, box.y2 - box.y1) / 5 + 8
    let left = min(whole(box.x1 - margin, picture.width), picture.width - 1)
    let top = min(whole(box.y1 - margin, picture.height), picture.height - 1)
    return PixelRectangle(
      x: left, y: top, width: max(whole(box.x2 + margin, picture.width) - left, 1),
      height: max(whole(box.y2 + margin, picture.height) - top, 1))
  }

  /// The probability of each cell's likeliest class.
  private static func bestScores(_ map: ScoreMap) -> Plane {
    let classes = Plane.channels(map.logits)
    var best = classes[0]
    for plane in classes.dropFirst() {
      for i in best.values.indices { best.values[i] = max(best.values[i], plane.values[i]) }
    }
    best.values = best.values.map(sigmoid)
    return best
  }

  /// The scores in colours over a picture, its shades still to be seen.
  private static func overlaid(_ scores: Plane, on picture: Image) -> Image {
    let colours = scores.coloured(.amount, from: 0, to: 1)
      .sampled(width: picture.width, height: picture.height)
    var image = picture
    // Low scores veil the picture, high ones cover it.
    let shares = scores.values.map { $0 > 0 ? 115 + Int(128 * min($0, 1)) : 115 }
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let cell =
          y * scores.height / picture.height * scores.width
          + x * scores.width / picture.width
        for i in (y * picture.width + x) * 3..<(y * picture.width + x) * 3 + 3 {
          image.pixels[i] = UInt8(
            ((256 - shares[cell]) * Int(picture.pixels[i]) + shares[cell] * Int(colours.pixels[i]))
              / 256)
        }
      }
    }
    return image
  }
}
