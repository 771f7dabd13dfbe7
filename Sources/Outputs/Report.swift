import Imaging
import Regions
import Segmentation

/// Writes one picture's results in several formats, each mask being made once for all of them.
///
/// Use: `add` the instances in order, then `finish`. Text formats and pictures appear in the folder
/// all at once in `finish`, each complete; nothing is there before. What is held meanwhile: the texts,
/// one plane of two bytes a pixel where a format draws masks over each other, and a few masks.
public struct Report: Sendable {
  /// An instance with everything that the formats need of it, made ready on any thread.
  public struct PreparedInstance: Sendable {
    let instance: Instance
    let area: Int
    /// Nil where no format draws it.
    let mask: Mask?
    let entries: [[UInt8]]
    let files: [FolderEntry]
  }

  private struct Folder {
    let format: any FolderFormat
    let folder: TemporaryFolder
    var table: String
  }

  private let formats: [OutputFormat]
  private let directory: String, stem: String
  private let image: Image
  private let facts: ReportFacts
  private let frame: MaskFrame
  private let overlay: OverlayOptions
  private let needs: Segment.Needs
  private var documents: [(format: OutputFormat, document: Document)] = []
  private var folders: [Folder] = []
  private var plane: LabelPlane?
  private var drawn: [Instance] = []

  /// A report on one picture.
  ///
  /// - Parameters:
  ///   - formats: what is written; twice the same counts once.
  ///   - image: the picture, as the user sees it.
  ///   - frame: where the masks lie in it.
  ///   - directory: the folder for the results, which is made where it is missing.
  ///   - stem: what their names begin with, see `OutputNames`.
  ///   - keepsDocument: true where `resultDocument` will be asked for, written to a file or not.
  /// - Throws: `FileError.unwritable` where the folder cannot be made or something is in the way.
  public init(
    formats: [OutputFormat], image: Image, facts: ReportFacts, frame: MaskFrame,
    directory: String, stem: String, overlay: OverlayOptions = OverlayOptions(),
    keepsDocument: Bool = false
  ) throws(FileError) {
    let formats = OutputFormat.allCases.filter(formats.contains)
    self.formats = formats
    self.directory = directory
    self.stem = stem
    self.image = image
    self.facts = facts
    self.frame = frame
    self.overlay = overlay
    let made = OutputFormat.allCases.filter {
      formats.contains($0) || (keepsDocument && $0 == .json)
    }
    needs = made.reduce(into: []) { $0.formUnion($1.needs) }
    if !formats.isEmpty { try TemporaryFolder.make(directory) }
    for format in made {
      switch format {
      case .json: documents.append((format, Document(JSONFormat(), facts)))
      case .coco: documents.append((format, Document(COCOFormat(), facts)))
      case .sam: documents.append((format, Document(SAMFormat(), facts)))
      case .yolo: documents.append((format, Document(YOLOFormat(frame: frame), facts)))
      case .labelme: documents.append((format, Document(LabelMeFormat(frame: frame), facts)))
      case .svg: documents.append((format, Document(SVGFormat(frame: frame), facts)))
      case .masks: try addFolder(format, MasksFormat())
      case .cutouts: try addFolder(format, CutoutsFormat(image: image, frame: frame))
      case .labels, .overlay:
        plane = plane ?? LabelPlane(width: frame.maskWidth, height: frame.maskHeight)
      }
    }
  }

  private mutating func addFolder(
    _ name: OutputFormat, _ format: any FolderFormat
  ) throws(FileError) {
    let table = format.table
    let folder = try TemporaryFolder(for: path(name)) { file in
      file == table?.name || (file.hasSuffix(".png") && Int(file.dropLast(4)) != nil)
    }
    folders.append(
      Folder(format: format, folder: folder, table: table.map { $0.header + "\n" } ?? ""))
  }

  /// Where a format's file or folder goes.
  public func path(_ format: OutputFormat) -> String {
    let slash = directory.isEmpty || directory.hasSuffix("/") ? "" : "/"
    return "\(directory)\(slash)\(stem).\(format.suffix)"
  }

  /// Makes all that is written of an instance; may run on several threads at once.
  private func prepare(_ instance: Instance, _ mask: Mask) -> PreparedInstance {
    let segment = Segment(instance, mask, needs: needs)
    return PreparedInstance(
      instance: instance, area: segment.area, mask: plane == nil ? nil : segment.mask,
      entries: documents.map { $0.document.format.entry(segment, facts) },
      files: folders.map { FolderEntry($0.format, segment) })
  }

  /// Takes in the next instance.
  ///
  /// - Throws: `FileError.unwritable` where a file of a folder cannot be written.
  public mutating func add(_ prepared: PreparedInstance) throws(FileError) {
    for index in documents.indices {
      documents[index].document.add(prepared.entries[index], area: prepared.area)
    }
    for index in folders.indices {
      let entry = prepared.files[index]
      if let picture = entry.picture {
        try AtomicFile.write(picture, to: "\(folders[index].folder.path)/\(entry.name)")
      }
      folders[index].table += entry.row + "\n"
    }
    // Beyond 65535 masks, in score order, the rest is not drawn; the documents have them all.
    if let mask = prepared.mask, drawn.count < LabelPlane.capacity {
      plane?.add(mask, area: prepared.area)
      drawn.append(prepared.instance)
    }
  }

  /// Takes in instances, a few at a time.
  ///
  /// - Parameter run: calls its second argument with each number below its first one, and returns
  ///   when all calls have; they may run at the same time. By default one after the other.
  /// - Throws: `FileError.unwritable`.
  public mutating func add(
    _ instances: [Instance],
    run: (_ tasks: Int, _ body: (Int) -> Void) -> Void = { tasks, body in
      for task in 0..<tasks { body(task) }
    }
  ) throws(FileError) {
    // Sixteen masks at a time are enough for every core, and little enough to hold on large pictures; four of them
    // are made together.
    for start in stride(from: 0, to: instances.count, by: 16) {
      let chunk = instances[start..<min(start + 16, instances.count)]
      var prepared = [PreparedInstance?](repeating: nil, count: chunk.count)
      prepared.withUnsafeMutableBufferPointer { slots in
        // Each call writes the slots of its own instances.
        run((chunk.count + 3) / 4) { group in
          let first = start + 4 * group
          chunk[first..<min(first + 4, chunk.endIndex)].forEachMask { index, mask in
            slots[index - start] = prepare(instances[index], mask)
          }
        }
      }
      for case let ready? in prepared { try add(ready) }
    }
  }

  /// The result document of what has been added, as it is or would be in its file.
  ///
  /// - Precondition: the report has the format `json`, or keeps the document.
  public func resultDocument(timings: StageTimings? = nil) -> [UInt8] {
    guard let json = documents.first(where: { $0.format == .json }) else {
      preconditionFailure("Report.resultDocument: the report was not asked to keep it")
    }
    return json.document.finished(timings)
  }

  /// Writes everything and returns the paths, in the order of `OutputFormat.allCases`.
  ///
  /// - Throws: `FileError.unwritable`; formats before the failing one have been written then.
  public mutating func finish(timings: StageTimings? = nil) throws(FileError) -> [String] {
    for format in formats {
      switch format {
      case .overlay:
        if let plane {
          let picture = Overlay(options: overlay, frame: frame)
            .render(image, plane, instances: drawn)
          try AtomicFile.write(picture.encodedJPEG(quality: 92), to: path(format))
        }
      case .labels:
        if let plane {
          try AtomicFile.write(
            LabelsFormat.png(plane, ids: drawn.map(\.id)), to: path(format))
        }
      case .masks, .cutouts:
        for folder in folders where folder.folder.target == path(format) {
          if let name = folder.format.table?.name {
            try AtomicFile.write(folder.table, to: "\(folder.folder.path)/\(name)")
          }
          try folder.folder.place()
        }
      case .json, .coco, .sam, .yolo, .labelme, .svg:
        for document in documents where document.format == format {
          try AtomicFile.write(document.document.finished(timings), to: path(format))
        }
      }
    }
    return formats.map(path)
  }
}
