import FastSAM
import Imaging
import Outputs

/// A run of the network on one picture, explained: a page to read from top to bottom, and its figures.
///
/// The page is one file. It loads nothing, needs no script, and holds its pictures as `data:`
/// addresses and its drawings as SVG. All of it is drawn from the run's own tensors.
public struct Explanation: Sendable {
  private let run: Run
  private let chapters: [Chapter]

  /// Runs the network on the picture and draws what happens.
  ///
  /// - Parameters:
  ///   - file: the base name of the picture's file.
  ///   - size: of the network's input in pixels; nil for the one the weights were trained for.
  ///   - choice: whose mask is followed.
  /// - Throws: `ExplanationError` or `PromptError` for a choice that makes no sense in this picture.
  public init(
    of image: Image, named file: String, by segmenter: Segmenter, size: ImageSize? = nil,
    options: SegmentationOptions, choice: ObjectChoice = .best
  ) throws {
    run = try Run(
      image, named: file, by: segmenter, size: size, options: options, choice: choice)
    chapters = [
      .letterbox(run), .backbone(run), .neck(run), .head(run), .boxes(run), .prototypes(run),
      .mask(run), .everything(run),
    ]
  }

  /// The number of objects found, and the id of the one whose mask is followed.
  public var objects: (count: Int, chosen: Int?) {
    (run.scene.instances.count, run.chosen?.id)
  }

  /// The figures as files: `letterbox.jpg`, `stages.jpg`, `neck.jpg`, `scores.jpg`, `dfl.svg`,
  /// `boxes-before.jpg`, `boxes-after.jpg`, `prototypes.jpg`, `coefficients.svg`, `mixing.jpg`,
  /// `mask.jpg`, `overlay.jpg`; without `dfl`, `coefficients`, `mixing` and `mask` where there is no
  /// object to follow.
  public var figures: [FigureFile] { chapters.flatMap(\.files) }

  /// The page: HTML that is well-formed XML too, in UTF-8.
  public var page: String {
    let sections = chapters.enumerated().map { $1.section($0 + 1) }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(xmlEscaped(run.file)), explained</title>
      <style>\(Stylesheet.drawings)\(Stylesheet.page)</style>
      </head>
      <body>
      <main>
      \(front)\(sections.joined())\(colophon)</main>
      </body>
      </html>

      """
  }

  /// The title, the run in a few lines, and the table of contents.
  private var front: String {
    let count = run.scene.instances.count
    let a = run.architecture
    let contents = chapters.enumerated().map {
      "<li><a href=\"#c\($0 + 1)\">\($1.title)</a> <span>\($1.result)</span></li>\n"
    }
    let title = count == 0 ? "finds nothing" : "finds \(counted(count, "object", "objects"))"
    return """
      <header class="front">
      <p class="kicker">FastSAM, one run explained</p>
      <h1>How a network \(title) in <span class="file">\(xmlEscaped(run.file))</span></h1>
      <p class="lead">Every figure on this page is drawn from the numbers of one run. It goes with the \
      papers on <a href="https://arxiv.org/abs/2306.12156">FastSAM</a> and \
      <a href="https://arxiv.org/abs/1904.02689">YOLACT</a>; sources are named below the project’s \
      <code>Sources</code>.</p>
      \(Markup.facts([
        ("network", "<i>\(xmlEscaped(run.segmenter.name))</i>: YOLOv8\(a.variant ?? "")-seg, "
          + "\(grouped(run.segmenter.parameters)) parameters, "
          + counted(a.classes, "class", "classes")),
        ("thresholds", "confidence above \(threshold(run.options.confidence)), IoU up to "
          + "\(threshold(run.options.iou)), at most \(grouped(run.options.maximumDetections)) "
          + "objects"),
        ("rules", "<code>\(run.options.profile.rawValue)</code>"),
        ("shapes", "channels × height × width"),
      ]))
      <nav aria-label="Contents"><ol>
      \(contents.joined())</ol></nav>
      </header>

      """
  }

  private var colophon: String {
    """
    <footer><p>Colours are straight lines of lightness in OKLCH, so that equal steps of a number look \
    equal. Percentiles keep single extreme cells from darkening a whole map. The same picture, \
    weights and options give the same page.</p></footer>

    """
  }
}
