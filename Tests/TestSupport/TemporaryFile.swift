#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A path in the folder for temporary files; what lies there is removed with the value's last owner.
public final class TemporaryFile: Sendable {
  /// Where the file lies, once someone has written it.
  public let path: String

  /// A path that no one else uses.
  public init(suffix: String = "") {
    path = "/tmp/fastsam-test-\(getpid())-\(UInt64.random(in: 0 ... .max))\(suffix)"
  }

  deinit { unlink(path) }
}
