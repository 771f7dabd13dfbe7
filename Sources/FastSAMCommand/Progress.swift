/// Where a batch has come to: a line on standard error that is written over, on terminals only.
struct Progress {
  let total: Int
  let isShown: Bool
  private var done = 0

  init(total: Int, isShown: Bool) {
    self.total = total
    self.isShown = isShown && total > 1 && standardErrorIsTerminal
  }

  mutating func show(_ path: String) {
    done += 1
    guard isShown else { return }
    let width = 24
    let filled = width * (done - 1) / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
    standardError("\r\u{1B}[K\(bar) \(done)/\(total) \(path)", terminator: "")
  }

  func clear() {
    if isShown { standardError("\r\u{1B}[K", terminator: "") }
  }
}
