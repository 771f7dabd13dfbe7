// Goals, in this order: the same bytes for every thread count; no waiting for a thread that has
// nothing to do; a part of a map stays with the core that made it; a hand-over of about a microsecond,
// since a forward pass makes a hundred of them.
//
// The only file that starts threads. BLAS is kept single-threaded (MatrixProduct.swift), so never
// are both parallel.

import CProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fixed crew of threads that runs the tasks of one job at a time.
///
/// How a job is cut into tasks must never depend on the number of threads; who runs which task does.
/// Each worker has a share of neighbouring tasks, the same part of every job: what one layer wrote for a
/// part of the map is then in the caches of the core that reads it for the next. Who is done with its own
/// share takes tasks from the far ends of others'. Idle workers spin for some 50 µs, then sleep.
///
/// Measured on two cores that share no cache, where a line takes 0.35 µs to the other and back: with one
/// queue for all a forward pass took 111 ms, with shares and nothing else changed 104 (and 90 with a cache in
/// common, either way).
public final class ThreadPool: Sendable {
  /// The number of threads that work, the caller's included.
  public let threads: Int

  private let board: Board

  /// A pool of `threads` threads: the caller's and `threads - 1` of its own.
  ///
  /// - Precondition: `threads >= 1`.
  public init(threads: Int) {
    precondition(threads >= 1, "ThreadPool: \(threads) threads")
    self.threads = threads
    self.board = Board(workers: threads)
    // Or BLAS's own threads, idle but spinning, take turns with ours while a network is loaded.
    prepareBLAS()
    for worker in 1..<threads { board.startWorker(worker) }
  }

  deinit { board.dismiss() }

  /// The number of processors this process may use.
  public static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Runs `body(task, worker)` for each task in 0..<`tasks`, in any order, and returns when all are
  /// done.
  ///
  /// `worker` is in 0..<`threads` and no two tasks run on one worker at once: it may index
  /// scratch memory.
  ///
  /// While a job of another caller runs on this pool (or when called from inside a task), the tasks
  /// run one after the other on the calling thread as worker 0 of a crew of its own: scratch that is
  /// indexed by `worker` must belong to the call, not to the pool.
  ///
  /// - Precondition: `tasks` is below a million.
  public func run(_ tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    precondition(tasks <= Share.limit, "ThreadPool: \(tasks) tasks")
    guard threads > 1, tasks > 1, board.tryBegin() else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    defer { board.end() }
    withoutActuallyEscaping(body) { body in
      var job = Job(body: body)
      withUnsafeMutablePointer(to: &job) { board.perform(tasks, UInt(bitPattern: $0)) }
    }
  }
}

private struct Job {
  let body: (Int, Int) -> Void
}

/// One worker's tasks that nobody has claimed yet, in one word: 24 bits for the job's number, 20 for the
/// first of them, 20 for their end.
private struct Share {
  static let limit = 1 << 20 - 1

  var word: UInt64
  var number: UInt64 { word >> 40 }
  var first: Int { Int(word >> 20) & Self.limit }
  var end: Int { Int(word) & Self.limit }
  var withoutFirst: UInt64 { word + 1 << 20 }
  var withoutLast: UInt64 { word - 1 }
}

extension Share {
  init(number: UInt64, _ tasks: Range<Int>) {
    word = number << 40 | UInt64(tasks.lowerBound) << 20 | UInt64(tasks.upperBound)
  }

  /// The number of the job after that with this number.
  static func number(after number: UInt64) -> UInt64 { (number &+ 1) & 0xff_ffff }
}

/// What caller and workers share.
///
/// A job is written down as a share for each worker, and published by its number. A task is claimed by
/// compare-and-exchange on a whole share, number included. So a worker that comes late sees by that one
/// word that nothing of its job is left, whatever the caller is writing down for the next; and while
/// something is left, the caller writes nothing down.
private final class Board: @unchecked Sendable {
  // Sendable: all fields are atomics, or POSIX objects made for sharing that never move.
  private let workers: Int
  /// The workers' shares, each on cache lines of its own.
  private let shares: UnsafeMutablePointer<Atomic<UInt64>>
  private static let shareStride = 16
  /// The number of the job that was published last.
  private let published = Atomic<UInt64>(0)
  private let job = Atomic<UInt>(0)
  private let finished = Atomic<Int>(0)
  private let busy = Atomic<Bool>(false)
  private let dismissed = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>

  init(workers: Int) {
    self.workers = workers
    shares = .allocate(capacity: workers * Self.shareStride)
    for i in 0..<workers * Self.shareStride { (shares + i).initialize(to: Atomic(0)) }
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    wake.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
    shares.deallocate()
  }

  func tryBegin() -> Bool {
    busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func end() { busy.store(false, ordering: .releasing) }

  func dismiss() {
    dismissed.store(true, ordering: .sequentiallyConsistent)
    publish(Share.number(after: published.load(ordering: .relaxed)))
  }

  func perform(_ tasks: Int, _ address: UInt) {
    finished.store(0, ordering: .relaxed)
    job.store(address, ordering: .relaxed)
    let number = Share.number(after: published.load(ordering: .relaxed))
    for worker in 0..<workers {
      let tasks = tasks * worker / workers..<tasks * (worker + 1) / workers
      share(worker).pointee.store(Share(number: number, tasks).word, ordering: .releasing)
    }
    publish(number)
    work(on: number, as: 0)
    var spins = 0
    while finished.load(ordering: .acquiring) < tasks {
      spins += 1
      // On a crowded machine the worker that we wait for may need this very processor.
      if spins > 2000 { sched_yield() } else { processor_pause() }
    }
  }

  private func share(_ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    shares + worker * Self.shareStride
  }

  /// Tells of the job with this number and wakes who sleeps.
  private func publish(_ number: UInt64) {
    published.store(number, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
  }

  /// Claims and runs tasks of job `number` until none is left: first the worker's own, in order, then
  /// the last ones of others.
  private func work(on number: UInt64, as worker: Int) {
    for turn in 0..<workers {
      let owner = (worker + turn) % workers
      while true {
        let seen = Share(word: share(owner).pointee.load(ordering: .acquiring))
        guard seen.number == number else { return }
        guard seen.first < seen.end else { break }
        let isOwn = turn == 0
        let address = job.load(ordering: .relaxed)
        guard
          share(owner).pointee.compareExchange(
            expected: seen.word, desired: isOwn ? seen.withoutFirst : seen.withoutLast,
            ordering: .acquiringAndReleasing
          ).exchanged
        else { continue }
        // The claim succeeded, so all the while the job was open and its address the one read above.
        guard let job = UnsafePointer<Job>(bitPattern: address) else { return }
        job.pointee.body(isOwn ? seen.first : seen.end - 1, worker)
        finished.add(1, ordering: .acquiringAndReleasing)
      }
    }
  }

  func startWorker(_ worker: Int) {
    let start = Unmanaged.passRetained(WorkerStart(board: self, worker: worker))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        if let argument {
          let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
          start.board.serve(as: start.worker)
        }
        return nil
      }, start.toOpaque())
    pthread_detach(thread)
  }

  private func serve(as worker: Int) {
    var last: UInt64 = 0
    while true {
      let current = waitForJob(after: last)
      if dismissed.load(ordering: .sequentiallyConsistent) { return }
      work(on: current, as: worker)
      last = current
    }
  }

  private func waitForJob(after last: UInt64) -> UInt64 {
    for _ in 0..<4000 {
      let current = published.load(ordering: .acquiring)
      if current != last { return current }
      processor_pause()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let current = published.load(ordering: .sequentiallyConsistent)
      if current != last { return current }
      pthread_cond_wait(wake, mutex)
    }
  }
}

private final class WorkerStart {
  let board: Board
  let worker: Int

  init(board: Board, worker: Int) {
    self.board = board
    self.worker = worker
  }
}
