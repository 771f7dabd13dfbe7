/// Turns prompts into the tokens that CLIP was trained on, exactly as OpenAI's `simple_tokenizer`
/// does.
///
/// Clean-up (`TextCleaning.swift`), words (`WordSplitter.swift`), then byte pairs within each word
/// (Sennrich, Haddow and Birch, arXiv 1508.07909).
///
/// Design notes: there is no cache of words, which would need a lock; a prompt takes microseconds.
/// There is no decoding from tokens to text: nothing here asks for it.
public struct BytePairTokenizer: Sendable {
  /// The number of tokens; the last two are those of start and end.
  public let vocabularySize: Int
  private let merges: BytePairMerges

  /// The token before every prompt.
  public var startToken: Int32 { Int32(vocabularySize - 2) }
  /// The token after every prompt.
  public var endToken: Int32 { Int32(vocabularySize - 1) }

  /// What happens to a prompt with more tokens than the context holds.
  public enum Overflow: Sendable {
    /// The prompt is cut and the end token kept, as ultralytics does.
    case truncate
    /// An error, as in OpenAI's and the FastSAM authors' code.
    case reject
  }

  /// A tokenizer from the text of a merges file (`merges.txt`, or `bpe_simple_vocab_16e6.txt`).
  ///
  /// - Parameters:
  ///   - vocabularySize: 49408 for all published CLIP models: 512 for the bytes, one for each
  ///     merge, 2 for start and end.
  ///   - source: the file's name, for errors.
  /// - Precondition: `vocabularySize` is at least 514.
  /// - Throws: `CLIPError.badMerges`.
  public init(merges text: String, vocabularySize: Int, source: String) throws(CLIPError) {
    let limit = vocabularySize - 514
    precondition(limit >= 0, "BytePairTokenizer: a vocabulary of \(vocabularySize)")
    merges = try BytePairMerges(text: text, limit: limit, source: source)
    guard merges.count == limit else {
      throw .badMerges(
        source, line: nil,
        "\(merges.count) merges, where a vocabulary of \(vocabularySize) needs \(limit)")
    }
    self.vocabularySize = vocabularySize
  }

  /// A prompt as it is when words are looked for in it.
  package static func cleaned(_ prompt: String) -> String { Scalars(prompt).cleanedPrompt.string }

  /// The tokens of a prompt, without those of start and end.
  public func tokens(of prompt: String) -> [Int32] {
    var tokens: [Int32] = []
    for word in Scalars(prompt).cleanedPrompt.words {
      switch Scalars(word).string {
      case "<|startoftext|>": tokens.append(startToken)
      case "<|endoftext|>": tokens.append(endToken)
      case let word: tokens += joinedPairs(of: Array(word.utf8))
      }
    }
    return tokens
  }

  /// `context` tokens for the text tower: start, the prompt, end, zeros.
  ///
  /// - Throws: `CLIPError.promptTooLong` where it does not fit and `overflow` says so.
  public func encode(
    _ prompt: String, context: Int = 77, overflow: Overflow = .truncate
  ) throws(CLIPError) -> [Int32] {
    var tokens = [startToken] + tokens(of: prompt) + [endToken]
    if tokens.count > context {
      if overflow == .reject {
        throw .promptTooLong(prompt, tokens: tokens.count, context: context)
      }
      tokens = tokens[..<(context - 1)] + [endToken]
    }
    return tokens + [Int32](repeating: 0, count: context - tokens.count)
  }

  /// Joins the bytes of a word, the best pair first and of equals the leftmost, until no merge
  /// applies.
  ///
  /// A heap of candidate pairs over a linked list of symbols: n log n for a word of n bytes, where
  /// a search for the best pair in each round would be n². A merge's symbol is always younger than
  /// both of its parts (`BytePairMerges` sees to it), so no join ever makes a pair that should have
  /// come before.
  private func joinedPairs(of word: [UInt8]) -> [Int32] {
    guard let last = word.last else { return [] }
    var symbols = word.map(ByteAlphabet.id)
    symbols[word.count - 1] = ByteAlphabet.id(of: last) + 256
    var next = Array(1...word.count), previous = Array(-1..<word.count - 1)
    var heap = CandidateHeap()

    func consider(_ left: Int) {
      guard left >= 0, next[left] < word.count,
        let joined = merges.join(symbols[left], symbols[next[left]])
      else { return }
      heap.push(
        Candidate(joined: joined, left: left, parts: (symbols[left], symbols[next[left]])))
    }

    for i in word.indices { consider(i) }
    while let best = heap.pop() {
      let left = best.left, right = next[left]
      // A pair of which one side has been joined elsewhere is no more.
      guard right < word.count, symbols[left] == best.parts.0, symbols[right] == best.parts.1 else {
        continue
      }
      symbols[left] = best.joined
      symbols[right] = -1
      next[left] = next[right]
      if next[left] < word.count { previous[next[left]] = left }
      consider(previous[left])
      consider(left)
    }
    return symbols.filter { $0 >= 0 }
  }
}

/// A pair that a merge would join.
private struct Candidate {
  let joined: Int32
  let left: Int
  let parts: (Int32, Int32)

  static func < (a: Candidate, b: Candidate) -> Bool {
    a.joined != b.joined ? a.joined < b.joined : a.left < b.left
  }
}

/// A binary heap with the best pair on top.
private struct CandidateHeap {
  private var items: [Candidate] = []

  mutating func push(_ item: Candidate) {
    items.append(item)
    var i = items.count - 1
    while i > 0, items[i] < items[(i - 1) / 2] {
      items.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  mutating func pop() -> Candidate? {
    guard let best = items.first, let last = items.popLast() else { return nil }
    if items.isEmpty { return best }
    items[0] = last
    var i = 0
    while true {
      var least = i
      for child in [2 * i + 1, 2 * i + 2] where child < items.count && items[child] < items[least] {
        least = child
      }
      if least == i { return best }
      items.swapAt(i, least)
      i = least
    }
  }
}
