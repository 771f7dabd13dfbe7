import FastSAM
import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The pictures that the arguments name: files as they are, folders and globs as their pictures.
///
/// A folder's pictures are its files whose content is a picture's, in order of name, not those of its
/// subfolders and no hidden ones. A glob is what the shell left unexpanded.
///
/// - Throws: `Failure` (66) for a folder or glob without pictures, or a file that is not there.
func pictures(in arguments: [String]) throws -> [String] {
  var paths: [String] = []
  for argument in arguments {
    var isDirectory = false
    if FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory) {
      guard isDirectory else {
        paths.append(argument)
        continue
      }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: argument)) ?? []
      let folder = argument.hasSuffix("/") ? argument : argument + "/"
      let found = names.sorted().filter { !$0.hasPrefix(".") }.map { folder + $0 }
        .filter(isPicture)
      if found.isEmpty { throw Failure(.missingInput, "\(argument): a folder without pictures") }
      paths += found
    } else if argument.contains(where: { "*?[".contains($0) }) {
      let found = expanded(argument).filter(isPicture)
      if found.isEmpty { throw Failure(.missingInput, "\(argument): matches no picture") }
      paths += found
    } else {
      // Reported when it is opened, so that the rest of a batch goes on.
      paths.append(argument)
    }
  }
  return paths
}

/// True for a file that begins as a JPEG or PNG does.
private func isPicture(_ path: String) -> Bool {
  // Non-blocking, so that a named pipe among the files is not waited for.
  let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  var beginning = [UInt8](repeating: 0, count: 8)
  beginning.removeLast(8 - max(0, read(descriptor, &beginning, 8)))
  return beginning.withUnsafeBufferPointer { ImageFormat(sniffing: $0) } != nil
}

/// The paths that a glob stands for, sorted.
private func expanded(_ pattern: String) -> [String] {
  var result = glob_t()
  defer { globfree(&result) }
  guard glob(pattern, 0, nil, &result) == 0 else { return [] }
  return (0..<Int(result.gl_pathc)).compactMap { index in
    result.gl_pathv[index].map { String(cString: $0) }
  }
}
