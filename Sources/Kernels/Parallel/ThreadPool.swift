// Goals, in this order: the same bytes for every thread count; no waiting for a thread that has
// nothing to do; a hand-over of about a microsecond, since a forward pass makes a hundred of them.
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
/// Idle workers spin for some 50 µs, then sleep.
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
    self.board = Board()
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
  public func run(_ tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard threads > 1, tasks > 1, board.tryBegin() else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    defer { board.end() }
    withoutActuallyEscaping(body) { body in
      var job = Job(tasks: tasks, body: body)
      withUnsafeMutablePointer(to: &job) { board.perform(tasks, UInt(bitPattern: $0)) }
    }
  }
}

private struct Job {
  let tasks: Int
  let body: (Int, Int) -> Void
}

/// What caller and workers share.
///
/// A job is published by advancing `ticket`, whose high half counts jobs and whose low half counts
/// the tasks that nobody has claimed yet. A task is claimed by compare-and-exchange on the whole
/// word. So a worker that comes late sees by this one word that nothing is left, whatever the caller
/// is writing down for the next job; and while something is left, the caller writes nothing down.
private final class Board: @unchecked Sendable {
  // Sendable: all fields are atomics, or POSIX objects made for sharing that never move.
  private let ticket = Atomic<UInt64>(0)
  private let job = Atomic<UInt>(0)
  private let finished = Atomic<Int>(0)
  private let busy = Atomic<Bool>(false)
  private let dismissed = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>

  init() {
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
  }

  func tryBegin() -> Bool {
    busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func end() { busy.store(false, ordering: .releasing) }

  func dismiss() {
    dismissed.store(true, ordering: .sequentiallyConsistent)
    advance(tasks: 0)
  }

  func perform(_ tasks: Int, _ address: UInt) {
    finished.store(0, ordering: .relaxed)
    job.store(address, ordering: .relaxed)
    let current = advance(tasks: tasks)
    work(on: current, as: 0)
    var spins = 0
    while finished.load(ordering: .acquiring) < tasks {
      spins += 1
      // On a crowded machine the worker that we wait for may need this very processor.
      if spins > 2000 { sched_yield() } else { processor_pause() }
    }
  }

  /// Publishes the next job and wakes who sleeps; returns its number.
  @discardableResult
  private func advance(tasks: Int) -> UInt64 {
    let current = ((ticket.load(ordering: .relaxed) >> 32) &+ 1) & 0xffff_ffff
    ticket.store(current << 32 | UInt64(tasks), ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
    return current
  }

  /// Claims and runs tasks of job `number` until none is left.
  private func work(on number: UInt64, as worker: Int) {
    while true {
      let seen = ticket.load(ordering: .acquiring)
      let unclaimed = Int(seen & 0xffff_ffff)
      guard seen >> 32 == number, unclaimed > 0 else { return }
      let address = job.load(ordering: .relaxed)
      guard
        ticket.compareExchange(
          expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing
        ).exchanged
      else { continue }
      // The claim succeeded, so all the while the job was open and its address the one read above.
      guard let job = UnsafePointer<Job>(bitPattern: address) else { return }
      job.pointee.body(job.pointee.tasks - unclaimed, worker)
      finished.add(1, ordering: .acquiringAndReleasing)
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
      let current = ticket.load(ordering: .acquiring) >> 32
      if current != last { return current }
      processor_pause()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let current = ticket.load(ordering: .sequentiallyConsistent) >> 32
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
