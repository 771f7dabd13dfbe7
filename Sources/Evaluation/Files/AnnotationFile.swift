import Imaging
import JSON

extension Dataset {
  /// Reads a COCO annotation file: `images`, `annotations` and, where there is one, `categories`.
  ///
  /// What else it holds is passed over. What is kept is about as large as the file: regions become
  /// runs only when their picture is judged.
  ///
  /// - Throws: `EvaluationError`, also for an annotation without its picture and a repeated number.
  /// - SeeAlso: https://cocodataset.org/#format-data
  public init(annotations path: String) throws(EvaluationError) {
    var pictures: [AnnotatedPicture]?
    var annotations: [(picture: Int, annotation: Annotation)]?
    var categories: [Int] = []
    try readJSONFile(path) { (json) throws(JSONReader.Fault) in
      try json.fields { (json, key) throws(JSONReader.Fault) in
        switch key {
        case "images":
          pictures = try json.array { (json) throws(JSONReader.Fault) in try json.picture() }
        case "annotations":
          annotations = try json.array { (json) throws(JSONReader.Fault) in try json.annotation() }
        case "categories":
          categories = try json.array { (json) throws(JSONReader.Fault) in try json.category() }
        default: try json.skip()
        }
      }
    }
    guard var pictures, let annotations else {
      let missing = pictures == nil ? "images" : "annotations"
      throw .contradiction(path: path, reason: "not a COCO annotation file: no `\(missing)`")
    }
    var places: [Int: Int] = [:]
    for (place, picture) in pictures.enumerated() {
      guard places.updateValue(place, forKey: picture.id) == nil else {
        throw .contradiction(path: path, reason: "two images have the id \(picture.id)")
      }
    }
    var ids: Set<Int> = []
    for (picture, annotation) in annotations {
      guard let place = places[picture] else {
        throw .contradiction(
          path: path, reason: "annotation \(annotation.id): there is no image \(picture)")
      }
      guard ids.insert(annotation.id).inserted else {
        throw .contradiction(path: path, reason: "two annotations have the id \(annotation.id)")
      }
      pictures[place].annotations.append(annotation)
    }
    self.init(path: path, pictures: pictures, categories: Array(Set(categories)))
  }
}

extension JSONReader {
  fileprivate mutating func picture() throws(Fault) -> AnnotatedPicture {
    let start = offset
    var id: Int?, file: String?, width: Int?, height: Int?
    try fields { (json, key) throws(Fault) in
      switch key {
      case "id": id = try json.integer()
      case "file_name": file = try json.string()
      case "width": width = try json.integer()
      case "height": height = try json.integer()
      default: try json.skip()
      }
    }
    let picture = AnnotatedPicture(
      id: try required(id, "id", at: start), file: try required(file, "file_name", at: start),
      width: try required(width, "width", at: start),
      height: try required(height, "height", at: start))
    guard (1...Image.largestSide).contains(picture.width),
      (1...Image.largestSide).contains(picture.height),
      picture.width * picture.height <= Image.largestPixelCount
    else {
      throw Fault(
        offset: start, reason: "a picture of \(picture.width)×\(picture.height) is not possible")
    }
    return picture
  }

  fileprivate mutating func annotation() throws(Fault) -> (picture: Int, annotation: Annotation) {
    let start = offset
    var id: Int?, picture: Int?, category: Int?, box: Rectangle?, area: Double?
    var isCrowd = false, region: Outline?
    try fields { (json, key) throws(Fault) in
      switch key {
      case "id": id = try json.integer()
      case "image_id": picture = try json.integer()
      case "category_id": category = try json.integer()
      case "bbox": box = try json.rectangle()
      case "area": area = try json.finiteNumber()
      case "iscrowd": isCrowd = try json.flag()
      case "segmentation": region = try json.outline()
      default: try json.skip()
      }
    }
    let annotation = Annotation(
      id: try required(id, "id", at: start),
      category: try required(category, "category_id", at: start),
      box: try required(box, "bbox", at: start), area: try required(area, "area", at: start),
      isCrowd: isCrowd, outline: region)
    return (try required(picture, "image_id", at: start), annotation)
  }

  fileprivate mutating func category() throws(Fault) -> Int {
    let start = offset
    var id: Int?
    try fields { (json, key) throws(Fault) in
      if key == "id" { id = try json.integer() } else { try json.skip() }
    }
    return try required(id, "id", at: start)
  }
}
