import CCurl
import CallDomain

/// The thread of the transfers: starts what the mailbox holds, lets libcurl work, and answers what ended.
struct TransferLoop {
    private struct Running {
        let job: TransferMailbox.Job
        let easy: EasyHandle
        let sentAt: Timestamp
    }

    private let mailbox: TransferMailbox
    private let multi: MultiHandle
    private let settings: BolnaClientSettings
    private let now: @Sendable () -> Timestamp
    private var running: [EasyHandle.Key: Running] = [:]
    private var idle: [EasyHandle] = []

    private init(
        mailbox: TransferMailbox, multi: MultiHandle, settings: BolnaClientSettings,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.mailbox = mailbox
        self.multi = multi
        self.settings = settings
        self.now = now
    }

    /// Runs until the mailbox is told to stop.
    static func run(mailbox: TransferMailbox, settings: BolnaClientSettings, now: @escaping @Sendable () -> Timestamp) {
        do {
            guard let multi = mailbox.multi else { return }
            var loop = TransferLoop(mailbox: mailbox, multi: multi, settings: settings, now: now)
            loop.run()
            // The handles of the loop go here, before the mailbox lets go of the multi handle they belong to.
        }
        mailbox.ended()
    }

    private mutating func run() {
        do throws(CurlCode) {
            while try runOnce() {}
        } catch {
            // Without its multi handle the client can do nothing: every request is answered with the reason.
            mailbox.close(TransportFailure(kind: .broken, detail: "\(error)"))
            _ = obey(mailbox.take(room: 0))
        }
    }

    /// One round; false when the client is to stop.
    private mutating func runOnce() throws(CurlCode) -> Bool {
        guard obey(mailbox.take(room: settings.mostConcurrent - running.count)) else { return false }
        try multi.perform()
        let ended = multi.takeEnded()
        for transfer in ended { answer(transfer.key, result: transfer.result) }
        // What ended made room, so the mailbox is looked at again before waiting.
        if ended.isEmpty { try multi.wait() }
        return true
    }

    private mutating func obey(_ orders: TransferMailbox.Orders) -> Bool {
        if let closed = orders.closed {
            for job in orders.start { answer(job, sentAt: now(), .failed(closed)) }
            for key in Array(running.keys) { abort(key, closed) }
            return false
        }
        for id in orders.cancel {
            // One that is not there any more was answered already.
            guard let key = running.first(where: { $0.value.job.id == id })?.key else { continue }
            abort(key, TransportFailure(kind: .cancelled, detail: "the caller gave up"))
        }
        for job in orders.start { start(job) }
        return true
    }

    private mutating func start(_ job: TransferMailbox.Job) {
        let sentAt = now()
        do throws(CurlCode) {
            let easy: EasyHandle
            if let kept = idle.popLast() { easy = kept } else { easy = try EasyHandle(settings: settings) }
            try easy.prepare(job.exchange)
            try multi.add(easy)
            running[easy.key] = Running(job: job, easy: easy, sentAt: sentAt)
        } catch {
            // The handle is dropped with all that was set on it.
            answer(job, sentAt: sentAt, .failed(TransportFailure(kind: .broken, detail: "\(error); nothing was sent")))
        }
    }

    private mutating func answer(_ key: EasyHandle.Key, result: CURLcode) {
        guard let transfer = running.removeValue(forKey: key) else { return }
        let easy = transfer.easy
        let receivedAt = now()
        let outcome: BolnaAnswer.Outcome
        if result == CURLE_OK {
            let retryAfter = easy.header("Retry-After").flatMap { RetryAfter.parse($0, receivedAt: receivedAt) }
            outcome = .response(status: easy.status, retryAfter: retryAfter, body: easy.body)
        } else {
            outcome = .failed(TransportFailure(result, of: easy))
        }
        release(easy)
        transfer.job.continuation.resume(
            returning: BolnaAnswer(sentAt: transfer.sentAt, receivedAt: receivedAt, outcome: outcome))
    }

    private mutating func abort(_ key: EasyHandle.Key, _ failure: TransportFailure) {
        guard let transfer = running.removeValue(forKey: key) else { return }
        release(transfer.easy)
        answer(transfer.job, sentAt: transfer.sentAt, .failed(failure))
    }

    private mutating func release(_ easy: EasyHandle) {
        multi.remove(easy)
        easy.forget()
        idle.append(easy)
    }

    private func answer(_ job: TransferMailbox.Job, sentAt: Timestamp, _ outcome: BolnaAnswer.Outcome) {
        job.continuation.resume(returning: BolnaAnswer(sentAt: sentAt, receivedAt: now(), outcome: outcome))
    }
}
