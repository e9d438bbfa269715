import CallDomain
import GatewayService
import Testing

@Suite struct JournalWriterMachineTests {
    private func beats(_ count: Int) -> [JournalEntry] {
        (0..<count).map { .heartbeat(at: .at(Double($0))) }
    }

    private func body(_ bytes: Int) -> [JournalEntry] {
        [.pathHealth(account: .default, agent: nil, record: Array(repeating: 0, count: bytes), at: .start)]
    }

    private func size(_ admission: JournalWriterMachine.Admission) -> Int? {
        if case .commit(let batch) = admission { batch.count } else { nil }
    }

    private func refusal(_ admission: JournalWriterMachine.Admission) -> JournalError? {
        if case .refuse(let error) = admission { error } else { nil }
    }

    @Test("A submission to an idle writer is committed at once, alone")
    func idle() {
        var machine = JournalWriterMachine()
        #expect(size(machine.submit(beats(2), ticket: 1)) == 2)
        #expect(machine.entries == 2)
    }

    @Test("Submissions during a commit share the next one, and none is told before its own")
    func groupCommit() {
        var machine = JournalWriterMachine()
        _ = machine.submit(beats(1), ticket: 1)
        for ticket in UInt64(2)...4 {
            guard case .wait = machine.submit(beats(1), ticket: ticket) else {
                Issue.record("it must wait")
                return
            }
        }
        let (first, next) = machine.committed([.done])
        #expect(first.map(\.ticket) == [1])
        #expect(next?.count == 3)
        let (second, last) = machine.committed([.done, .done, .done])
        #expect(second.map(\.ticket) == [2, 3, 4])
        #expect(last == nil)
        #expect(machine.isIdle)
    }

    @Test("What would have to wait too long, at the time that commits take, is refused, until they are faster again")
    func wait() {
        var machine = JournalWriterMachine(limits: JournalLimits(batchEntries: 2, mostWait: .seconds(3)))
        for _ in 1...20 { machine.took(.seconds(1)) }
        #expect(size(machine.submit(beats(1), ticket: 1)) == 1)
        for ticket in UInt64(2)...5 { #expect(refusal(machine.submit(beats(1), ticket: ticket)) == nil) }
        // The sixth would be in the third commit from now on, after one that is under way.
        #expect(refusal(machine.submit(beats(2), ticket: 6)) == .queueFull(retryAfter: .seconds(2)))
        #expect(machine.refusal(of: 2, bytes: 0) != nil)
        for _ in 1...4 { machine.took(.milliseconds(1)) }
        #expect(refusal(machine.submit(beats(2), ticket: 7)) == nil)
        var slow = JournalWriterMachine(limits: JournalLimits(batchEntries: 2, mostWait: .seconds(3)))
        slow.took(.seconds(60))
        #expect(size(slow.submit(beats(1), ticket: 1)) == 1)
        #expect(refusal(slow.submit(beats(2), ticket: 2)) == nil, "what goes into the next commit waits for no other")
        #expect(refusal(slow.submit(beats(1), ticket: 3)) == .queueFull(retryAfter: .seconds(2)))
        var idle = JournalWriterMachine(limits: JournalLimits(mostWait: .zero))
        idle.took(.seconds(60))
        #expect(size(idle.submit(beats(1), ticket: 1)) == 1, "one that waits for nobody is always tried")
    }

    @Test("Each submitter gets the receipts of its own entries, in order")
    func receipts() throws {
        var machine = JournalWriterMachine()
        _ = machine.submit(beats(1), ticket: 1)
        _ = machine.submit(beats(2), ticket: 2)
        _ = machine.submit(beats(1), ticket: 3)
        _ = machine.committed([.done])
        let (told, _) = machine.committed([
            .quarantined(reason: .notJSON, isRepeat: false), .quarantined(reason: .noID, isRepeat: false),
            .quarantined(reason: .batch, isRepeat: false),
        ])
        let reasons = try told.map { try $0.result.get().map(\.reason) }
        #expect(reasons == [[.notJSON, .noID], [.batch]])
    }

    @Test("A batch that fails fails for each of its submitters, and the next one is tried")
    func failure() {
        var machine = JournalWriterMachine()
        _ = machine.submit(beats(1), ticket: 1)
        _ = machine.submit(beats(1), ticket: 2)
        _ = machine.submit(beats(1), ticket: 3)
        let error = StoreError(kind: .full, message: "the disk is full")
        let (first, next) = machine.failed(error)
        #expect(first.map(\.ticket) == [1])
        #expect(next?.count == 2)
        let (second, _) = machine.failed(error)
        #expect(second.map(\.ticket) == [2, 3])
        for acknowledgement in first + second {
            #expect(throws: JournalError.unavailable(error)) { try acknowledgement.result.get() }
        }
        #expect(machine.isIdle)
    }

    @Test("Receipts that do not match the batch acknowledge nobody")
    func wrongCount() {
        var machine = JournalWriterMachine()
        _ = machine.submit(beats(2), ticket: 1)
        let (told, _) = machine.committed([.done])
        #expect(throws: JournalError.self) { try told[0].result.get() }
    }

    @Test(
        "Beyond the bound of entries or bytes a submission is refused as full",
        arguments: [JournalLimits(mostEntries: 2), JournalLimits(mostBytes: 20)])
    func full(limits: JournalLimits) {
        var machine = JournalWriterMachine(limits: limits)
        _ = machine.submit(body(10), ticket: 1)
        _ = machine.submit(body(10), ticket: 2)
        #expect(refusal(machine.submit(body(10), ticket: 3)) == .queueFull(retryAfter: limits.retryAfter))
        _ = machine.committed([.done])
        #expect(refusal(machine.submit(body(10), ticket: 4)) == nil, "a commit makes room")
    }

    @Test("A submission larger than the queue is taken while nothing else is there, and only then")
    func oversized() {
        var machine = JournalWriterMachine(limits: JournalLimits(mostEntries: 2))
        #expect(size(machine.submit(beats(5), ticket: 1)) == 5)
        #expect(refusal(machine.submit(beats(1), ticket: 2)) != nil)
    }

    @Test("A batch ends at its bound of entries or bytes, and never splits a submission")
    func batchBounds() {
        var machine = JournalWriterMachine(limits: JournalLimits(batchEntries: 3, batchBytes: 100))
        _ = machine.submit(beats(1), ticket: 1)
        _ = machine.submit(beats(2), ticket: 2)
        _ = machine.submit(beats(2), ticket: 3)
        _ = machine.submit(body(90), ticket: 4)
        _ = machine.submit(body(20), ticket: 5)
        #expect(machine.committed([.done]).next?.count == 2)
        #expect(machine.committed([.done, .done]).next?.count == 3)
        #expect(machine.committed([.done, .done, .done]).next?.count == 1)
    }

    @Test("After the stop nothing more is taken, and what waits is still committed")
    func stop() {
        var machine = JournalWriterMachine()
        _ = machine.submit(beats(1), ticket: 1)
        _ = machine.submit(beats(1), ticket: 2)
        machine.stop()
        #expect(refusal(machine.submit(beats(1), ticket: 3)) == .stopping)
        #expect(machine.committed([.done]).next?.count == 1)
        #expect(!machine.isIdle)
        _ = machine.committed([.done])
        #expect(machine.isIdle)
    }
}

extension JournalReceipt {
    var reason: QuarantineReason? {
        if case .quarantined(let reason, _) = self { reason } else { nil }
    }
}
