import Foundation
import Kernels
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  /// How often each task of a job ran, and on which workers.
  private final class Tally: Sendable {
    private let counts: Mutex<[Int]>
    init(_ tasks: Int) { counts = Mutex([Int](repeating: 0, count: tasks)) }
    func add(_ task: Int) { counts.withLock { $0[task] += 1 } }
    var isOnceEach: Bool { counts.withLock { $0.allSatisfy { $0 == 1 } } }
  }

  @Test(arguments: [1, 2, 3, 8])
  func everyTaskRunsExactlyOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.threads == threads)
    for tasks in [0, 1, 2, 7, 100, 1000] {
      let tally = Tally(tasks)
      pool.run(tasks) { task, worker in
        #expect((0..<threads).contains(worker))
        tally.add(task)
      }
      #expect(tally.isOnceEach, "\(tasks) tasks")
    }
  }

  @Test func noTwoTasksShareAWorkerAtOnce() {
    let pool = ThreadPool(threads: 4)
    let busy = Mutex([Bool](repeating: false, count: 4))
    pool.run(500) { _, worker in
      let wasBusy = busy.withLock { busy in
        defer { busy[worker] = true }
        return busy[worker]
      }
      #expect(!wasBusy)
      busy.withLock { $0[worker] = false }
    }
  }

  @Test func aTaskMayRunTasksOfItsOwn() {
    let pool = ThreadPool(threads: 3)
    let tally = Tally(20 * 10)
    pool.run(20) { outer, _ in
      pool.run(10) { inner, worker in
        #expect(worker == 0)
        tally.add(outer * 10 + inner)
      }
    }
    #expect(tally.isOnceEach)
  }

  @Test func callersOnSeveralThreadsShareAPool() {
    let pool = ThreadPool(threads: 3)
    let callers = 6, jobs = 40, tasks = 25
    let tally = Tally(callers * jobs * tasks)
    let done = DispatchGroup()
    for caller in 0..<callers {
      let thread = Thread {
        for job in 0..<jobs {
          // What a job writes must be there when `run` returns.
          let own = Tally(tasks)
          pool.run(tasks) { task, _ in
            own.add(task)
            tally.add((caller * jobs + job) * tasks + task)
          }
          #expect(own.isOnceEach)
        }
        done.leave()
      }
      done.enter()
      thread.start()
    }
    done.wait()
    #expect(tally.isOnceEach)
  }

  @Test func poolsComeAndGo() {
    for _ in 0..<50 {
      let sum = Atomic<Int>(0)
      ThreadPool(threads: 4).run(10) { task, _ in sum.add(task, ordering: .relaxed) }
      #expect(sum.load(ordering: .relaxed) == 45)
    }
  }
}
