extension BolnaWorld {
    /// Decides what becomes of the webhook for a change. Every webhook draws the same numbers whatever the faults are,
    /// so that a world with faults lives the same calls as one without.
    mutating func announce(_ number: Int, _ change: StatusChange) {
        var execution = executions[number]
        let isLost = execution.random.happens(faults.webhookLoss)
        let isReordered = execution.random.happens(faults.webhookReorder)
        let isDelayed = execution.random.happens(faults.webhookDelay)
        let isDoubled = execution.random.happens(faults.webhookDuplicate)
        let latency = options.span(execution.random.number(in: 0.05...0.4))
        let lateness = options.span(execution.random.number(in: faults.webhookLateness))
        let doublingGap = options.span(execution.random.number(in: 0.1...20))
        defer { executions[number] = execution }

        let agent = agents[execution.agent]
        guard let url = agent.webhookURL else { return withhold(change, .withoutAddress) }
        if let first = execution.silentBefore, change.status != first { return withhold(change, .unannounced) }
        execution.silentBefore = nil
        let isPlacing = execution.changes.count == 1 && change.status.isStoppable
        if agent.statusFilter?.contains(change.status) == false || (isPlacing && !options.announcesPlacing) {
            return withhold(change, .filtered)
        }
        if isLost { return withhold(change, .lost) }

        deliveries += 1
        var delivery = WebhookDelivery(
            number: deliveries, call: execution.id, callNumber: number, agentID: agent.id, status: change.status,
            attempt: change.attempt, url: url,
            body: ExecutionBody(execution: execution, agent: agent, baseURL: options.publicBaseURL).full.bytes)
        let inOrder = max(now + latency, execution.lastDeliveryAt + 1)
        var sendingTime = inOrder
        if isReordered, execution.held == nil {
            delivery.fault = .reordered
            execution.held = delivery
            queue.schedule(.release(call: number, delivery: delivery.number), at: now + options.span(60))
        } else {
            if isDelayed {
                delivery.fault = .delayed
                sendingTime = inOrder + lateness
            } else {
                execution.lastDeliveryAt = inOrder
            }
            queue.schedule(.deliver(delivery), at: sendingTime)
            if let held = execution.held {
                execution.held = nil
                queue.schedule(.deliver(held), at: sendingTime + 1)
                execution.lastDeliveryAt = max(execution.lastDeliveryAt, inOrder + 1)
            }
        }
        if isDoubled {
            deliveries += 1
            delivery.number = deliveries
            delivery.fault = .duplicate
            queue.schedule(.deliver(delivery), at: sendingTime + 1 + doublingGap)
        }
    }

    mutating func send(_ delivery: WebhookDelivery) {
        log.append(.sent(LogEntry.Sending(delivery)), at: now)
        outbox.append(.deliver(delivery))
    }

    mutating func releaseHeld(_ number: Int, onlyDelivery delivery: Int) {
        guard let held = executions[number].held, held.number == delivery else { return }
        executions[number].held = nil
        send(held)
    }

    /// Takes what came of a webhook: the HTTP status, or nil where no answer came. Only a 2xx counts as delivered; a
    /// redirect does not.
    package mutating func report(_ delivery: WebhookDelivery, statusCode: Int?, at moment: Moment) {
        progress(to: moment)
        log.append(.answered(LogEntry.Sending(delivery), code: statusCode), at: now)
        guard let number = numberByID[delivery.call] else { return }
        if let statusCode, (200..<300).contains(statusCode) {
            executions[number].told.insert(.init(attempt: delivery.attempt, status: delivery.status))
        } else if delivery.retries < options.webhookRetries {
            var again = delivery
            again.retries += 1
            let gap = 10 * Double(1 << min(delivery.retries, 10))
            queue.schedule(.deliver(again), at: now + options.span(gap))
        }
    }

    private mutating func withhold(_ change: StatusChange, _ reason: WithheldReason) {
        let withheld = WithheldWebhook(change: change, reason: reason)
        log.append(.withheld(withheld), at: now)
        outbox.append(.withheld(withheld))
    }
}
