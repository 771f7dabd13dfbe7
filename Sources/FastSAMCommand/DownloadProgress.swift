import WeightStore

/// Where a download has come to: a line on standard error that is written over, on terminals only;
/// remarks stand on lines of their own.
struct DownloadProgress {
  let name: String
  let isQuiet: Bool
  private let isTerminal = standardErrorIsTerminal

  init(name: String, isQuiet: Bool) {
    self.name = name
    self.isQuiet = isQuiet
  }

  func show(_ event: WeightStore.Event) {
    guard !isQuiet else { return }
    switch event {
    case .waiting: remark("another process is downloading it; waiting")
    case .unverified(let hash): remark("the publisher's hash is not known; this file's is \(hash)")
    case .differsFromMirror(let hash):
      remark("not the file that mirrors have; its hash is \(hash)")
    case .receiving(let bytes, let total):
      guard isTerminal else { return }
      standardError("\r\u{1B}[K" + line(bytes, of: total), terminator: "")
    }
  }

  func clear() {
    if !isQuiet && isTerminal { standardError("\r\u{1B}[K", terminator: "") }
  }

  private func remark(_ text: String) {
    clear()
    standardError("\(name): \(text)")
  }

  private func line(_ bytes: Int, of total: Int?) -> String {
    let megabytes = { (bytes: Int) in "\(bytes / 100_000 / 10).\(bytes / 100_000 % 10)" }
    guard let total, total > 0 else { return "\(name) \(megabytes(bytes)) MB" }
    let width = 24
    let filled = min(width, width * bytes / total)
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
    return "\(bar) \(name) \(megabytes(bytes)) of \(megabytes(total)) MB"
  }
}
