extension BolnaWorld {
    /// Performs the next planned change of a call.
    mutating func step(_ number: Int, plan: Int) {
        guard executions[number].planNumber == plan, let next = executions[number].pending.first else { return }
        if next.status == .initiated, !hasFreeLine(for: executions[number]) {
            executions[number].isWaitingForLine = true
            waitingForLine.append(number)
            return
        }
        executions[number].pending.removeFirst()
        change(number, to: next.status)
    }

    /// Gives a call a status: tells of it, schedules what follows, and passes on the line it may have freed.
    mutating func change(_ number: Int, to status: ExecutionStatus) {
        let heldLine = isOnLine(executions[number])
        executions[number].apply(status, at: now)
        let change = StatusChange(
            call: executions[number].id, status: status, attempt: executions[number].retryCount, at: now)
        log.append(.changed(change), at: now)
        outbox.append(.changed(change))
        announce(number, change)
        planRetry(number)
        if let next = executions[number].pending.first {
            queue.schedule(.step(call: number, plan: executions[number].planNumber), at: now + next.gap)
        }
        if heldLine != isOnLine(executions[number]) {
            linesInUse += heldLine ? -1 : 1
            if heldLine { dialWaitingCall() }
        }
    }

    /// Stops a call that is not dialled yet; false where it is too late.
    mutating func stop(_ number: Int) -> Bool {
        guard executions[number].status.isStoppable else { return false }
        executions[number].planNumber += 1
        executions[number].pending = []
        if executions[number].isWaitingForLine {
            executions[number].isWaitingForLine = false
            waitingForLine.removeAll { $0 == number }
        }
        change(number, to: .stopped)
        return true
    }

    /// Where auto-retry applies, the call goes back to `scheduled` within a minute, and is dialled again later.
    private mutating func planRetry(_ number: Int) {
        guard executions[number].status.isFinal, executions[number].isRetryDue,
            let rule = executions[number].retryRule
        else { return }
        var script = AttemptScript(options: options, random: &executions[number].random)
        let noticing = options.span(executions[number].random.number(in: 1...60))
        let waiting = options.span(rule.minutes(beforeRetry: executions[number].retryCount + 1) * 60)
        script.changes.insert(PlannedChange(status: .queued, gap: waiting), at: 0)
        script.changes.insert(PlannedChange(status: .scheduled, gap: noticing), at: 0)
        executions[number].nextScheduledAt = now + noticing + waiting
        executions[number].pending = script.changes[...]
        executions[number].nextScript = script
    }

    private func isOnLine(_ execution: Execution) -> Bool {
        !execution.isInbound && execution.status.holdsLine
    }

    private func hasFreeLine(for execution: Execution) -> Bool {
        guard let limit = options.concurrency else { return true }
        return execution.isInbound || linesInUse < max(1, limit)
    }

    private mutating func dialWaitingCall() {
        guard !waitingForLine.isEmpty else { return }
        let number = waitingForLine.removeFirst()
        executions[number].isWaitingForLine = false
        queue.schedule(.step(call: number, plan: executions[number].planNumber), at: now)
    }
}
