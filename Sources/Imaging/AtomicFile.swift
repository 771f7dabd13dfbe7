#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a file could not be written.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing of the file was written; `reason` is the system's.
  case unwritable(path: String, reason: String)

  /// One line that names the file and the fault.
  public var description: String {
    switch self {
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}

/// Writes whole files or nothing.
public enum AtomicFile {
  /// Puts `bytes` at `path`: whoever looks sees the old content or the new, never a part of it, even
  /// if the process is killed meanwhile.
  ///
  /// Where the system can (Linux), the bytes go to a file without a name, which appears only when it
  /// is complete, so that a killed process leaves no litter either. There is no `fsync`: the
  /// promise is about processes that die, not about power that fails, and a label map a photograph
  /// would pay milliseconds for it. What is not a regular file (`/dev/stdout`, a pipe) is simply
  /// written to; a symbolic link stays one and its target is replaced.
  ///
  /// - Throws: `FileError.unwritable`; a file that was there before is still there then.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists && status.st_mode & S_IFMT == S_IFDIR {
      throw .unwritable(path: path, reason: "it is a directory")
    }
    do {
      if exists && status.st_mode & S_IFMT != S_IFREG {
        let file = try OpenFile(path, O_WRONLY)
        try file.writeAll(bytes)
      } else {
        try replace(exists ? resolved(path) : path, with: bytes)
      }
    } catch {
      throw .unwritable(path: path, reason: error.reason)
    }
  }

  /// Puts UTF-8 text at `path`, as `write(_:to:)` for bytes does.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  private static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "./"
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let temporary = "\(folder).\(name.prefix(64)).\(getpid())-\(UInt32.random(in: 0...(.max)))"

    #if os(Linux)
      // O_TMPFILE, which is a macro that Swift cannot read.
      if let file = try? OpenFile(folder, 0o20_000_000 | O_DIRECTORY | O_WRONLY) {
        try file.writeAll(bytes)
        if file.link(to: path) { return }  // nothing was there
        if file.link(to: temporary) { return try move(temporary, to: path) }
      }
    #endif
    let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL)
    do {
      try file.writeAll(bytes)
    } catch {
      unlink(temporary)
      throw error
    }
    try move(temporary, to: path)
  }

  private static func move(_ old: String, to new: String) throws(SystemError) {
    guard rename(old, new) == 0 else {
      let error = SystemError()
      unlink(old)
      throw error
    }
  }

  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }
}

/// What the system said about the call that failed last.
private struct SystemError: Error {
  let reason = lastSystemError()
}

/// A descriptor, closed with its owner.
private struct OpenFile: ~Copyable {
  private let descriptor: Int32

  init(_ path: String, _ flags: Int32) throws(SystemError) {
    descriptor = open(path, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemError() }
  }

  deinit { close(descriptor) }

  borrowing func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { bytes throws(SystemError) in
      var rest = bytes[...]
      while !rest.isEmpty {
        let run = UnsafeBufferPointer(rebasing: rest)
        let written = write(descriptor, run.baseAddress, run.count)
        if written < 0 {
          if errno == EINTR { continue }
          throw SystemError()
        }
        rest = rest.dropFirst(written)
      }
    }
  }

  /// Gives a nameless file its name; false where that is taken or the system cannot.
  borrowing func link(to path: String) -> Bool {
    linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
  }
}
