import Imaging
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder that is filled under a hidden name beside its place and takes it when complete.
///
/// If it never is, because something failed on the way, the hidden folder goes with the value. (A
/// process that is killed leaves it behind: systems have no folders without a name.)
package final class TemporaryFolder: Sendable {
  /// The name it is to have.
  let target: String
  /// Where it is filled.
  let path: String

  private let isPlaced = Atomic<Bool>(false)
  private let isOurs: @Sendable (String) -> Bool

  /// Makes the hidden folder.
  ///
  /// - Parameter isOurs: which names the folder has: a folder of an earlier run, which holds no
  ///   others, is replaced; one with anything else in it is not touched.
  /// - Throws: `FileError.unwritable`.
  init(
    for target: String, isOurs: @escaping @Sendable (String) -> Bool
  ) throws(FileError) {
    self.target = target
    self.isOurs = isOurs
    let name = OutputNames.baseName(target)
    let parent = String(target.dropLast(name.count))
    path = "\(parent).\(name.prefix(64)).\(getpid())-\(UInt32.random(in: 0...(.max)))"
    try TemporaryFolder.check(target, isOurs)
    guard mkdir(path, 0o777) == 0 else {
      throw .unwritable(path: target, reason: String(cString: strerror(errno)))
    }
  }

  deinit {
    if !isPlaced.load(ordering: .relaxed) { TemporaryFolder.remove(path) }
  }

  /// Gives the folder its name; one from an earlier run is replaced.
  func place() throws(FileError) {
    try TemporaryFolder.check(target, isOurs)
    let old = path + ".old"
    let hadOld = rename(target, old) == 0
    guard rename(path, target) == 0 else {
      let reason = String(cString: strerror(errno))
      if hadOld { rename(old, target) }
      throw .unwritable(path: target, reason: reason)
    }
    isPlaced.store(true, ordering: .relaxed)
    if hadOld { TemporaryFolder.remove(old) }
  }

  /// Throws where `path` is something else than a folder that holds only what is ours.
  private static func check(_ path: String, _ isOurs: (String) -> Bool) throws(FileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .unwritable(path: path, reason: "there is something that is not a folder")
    }
    if let foreign = names(in: path).first(where: { !isOurs($0) }) {
      throw .unwritable(path: path, reason: "the folder holds \(foreign), which is not ours")
    }
  }

  private static func remove(_ folder: String) {
    for name in names(in: folder) { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes `path` and the folders above it, where they are missing.
  package static func make(_ path: String) throws(FileError) {
    var partial = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      partial += "/" + part
      if mkdir(partial, 0o777) != 0 && errno != EEXIST {
        throw .unwritable(path: path, reason: String(cString: strerror(errno)))
      }
    }
    var status = stat()
    guard stat(partial + "/", &status) == 0 else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }
}
