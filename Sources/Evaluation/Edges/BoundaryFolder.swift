import FoundationEssentials
import Imaging

/// A folder of boundaries that people drew.
///
/// For each picture either `<stem>.mat`, as BSDS500 comes (`groundTruth{i}.Boundaries`, one a
/// person), or `<stem>.1.png`, `<stem>.2.png`, …; one person's map may be called `<stem>.png`. In a
/// PNG what is brighter than half is a boundary.
public struct BoundaryFolder: Sendable {
  /// The folder's path.
  public let path: String
  /// The files of each picture, by its stem.
  private let files: [String: [String]]

  /// Looks what is there; no file is opened.
  ///
  /// - Throws: `EvaluationError` where there is no such folder, or no boundaries in it.
  public init(path: String) throws(EvaluationError) {
    self.path = path
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw EvaluationError.unreadable(.missing(path: path))
    }
    var files: [String: [(order: Int, name: String)]] = [:]
    for name in names where !name.hasPrefix(".") {
      guard let dot = name.lastIndex(of: ".") else { continue }
      let base = String(name[..<dot]), suffix = name[dot...]
      if suffix == ".mat" {
        files[base, default: []].append((-1, name))
      } else if suffix == ".png" {
        if let point = base.lastIndex(of: "."), let person = Int(base[base.index(after: point)...])
        {
          files[String(base[..<point]), default: []].append((person, name))
        } else {
          files[base, default: []].append((0, name))
        }
      }
    }
    guard !files.isEmpty else {
      throw .contradiction(path: path, reason: "a folder without boundaries (.mat, .png)")
    }
    self.files = files.mapValues { files in
      // A file of all people's maps makes pictures of them superfluous.
      let all = files.sorted { ($0.order, $0.name) < ($1.order, $1.name) }
      return all[0].order == -1 ? [all[0].name] : all.map(\.name)
    }
  }

  /// The pictures that have boundaries, in order of their names.
  public var stems: [String] { files.keys.sorted() }

  /// The maps of all people for a picture, at least one, all of one size.
  ///
  /// - Throws: `EvaluationError`: missing, unreadable, or of different sizes.
  public func maps(for stem: String) throws(EvaluationError) -> [BoundaryMap] {
    guard let names = files[stem] else {
      throw EvaluationError.unreadable(.missing(path: "\(path)/\(stem).mat"))
    }
    var maps: [BoundaryMap] = []
    for name in names {
      let file = "\(path)/\(name)"
      maps += name.hasSuffix(".mat") ? try matlabMaps(file) : [try map(file)]
    }
    guard let first = maps.first,
      maps.allSatisfy({ $0.width == first.width && $0.height == first.height })
    else {
      throw .contradiction(
        path: "\(path)/\(names[0])",
        reason: maps.isEmpty ? "no `Boundaries` in it" : "people's maps of different sizes")
    }
    return maps
  }

  private func matlabMaps(_ file: String) throws(EvaluationError) -> [BoundaryMap] {
    let bytes = try fileBytes(file) { $0.starts(with: "MATLAB ".utf8) }
    do throws(MATLABFault) {
      return try MATLABFile(bytes, field: "Boundaries").found
    } catch { throw .contradiction(path: file, reason: error.reason) }
  }

  private func map(_ file: String) throws(EvaluationError) -> BoundaryMap {
    do throws(ImageError) {
      let image = try Image(contentsOf: file)
      return BoundaryMap(
        width: image.width, height: image.height,
        pixels: stride(from: 1, to: image.pixels.count, by: 3).map { image.pixels[$0] > 127 })
    } catch { throw EvaluationError.unreadable(error) }
  }
}
