import BolnaWire
package import CallDomain
import Logging
import ServiceLifecycle
import Synchronization

/// Places calls, and finds out what became of those that Bolna did not answer.
package final class DialService: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>
    private let machine: Mutex<DialMachine>

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
        machine = Mutex(DialMachine(settings: context.settings))
    }

    /// Places a call: the intent is stored first, and one request is sent, never a second.
    package func dial(account: AccountID, request: DialRequest) async -> DialAnswer {
        guard context.accounts[account]?.mayAsk == true else { return .noToken }
        if let complaint = request.complaint { return .invalid(complaint) }
        let data = RecipientData(
            correlationKey: context.newID(), leadID: request.leadID, callerName: request.callerName,
            projectName: request.projectName, userID: request.userID)
        let body: [UInt8]
        do {
            body = try DialBody.encode(
                agent: request.agent, recipient: request.recipient, from: request.from,
                scheduledAt: request.scheduledAt, userData: request.userData ?? [], recipientData: data)
        } catch {
            return .invalid("user_data cannot be used: \(error.detail).")
        }
        guard !context.forgotten.isNamed(in: request.recipient, of: account),
            !context.forgotten.isNamed(in: body, of: account)
        else { return .invalid("The request names a number that is to stay forgotten.") }
        let intent = DialIntent(
            account: account, correlationKey: data.correlationKey ?? "", idempotencyKey: request.idempotencyKey,
            fingerprint: request.fingerprint, agent: request.agent, request: body, createdAt: context.now(),
            isPriority: request.isPriority)
        // A task of its own: a client that leaves must not leave a call half placed.
        return await Task(executorPreference: context.executor) { await self.place(intent, request, data) }.value
    }

    /// Resolves open intents until the shutdown.
    package func run() async throws {
        await withShutdownGrace(clock: clock) {
            await repeatUntilShutdown(every: self.context.settings.tick, clock: self.clock) { await self.resolve() }
        }
    }

    private func place(_ intent: DialIntent, _ request: DialRequest, _ data: RecipientData) async -> DialAnswer {
        machine.withLock { $0.began(intent.correlationKey) }
        defer { machine.withLock { $0.ended(intent.correlationKey) } }
        // Before the intent is stored, so that a client that is told to come back later may use its key again.
        let admission = context.gate.withLock {
            $0.admit(.call, account: intent.account, for: .person, now: context.now())
        }
        switch admission {
        case .granted: break
        case .wait(let retryAfter): return .busy(retryAfter: retryAfter)
        case .paused: return .noToken
        }
        do {
            for receipt in try await context.submit([.dialIntent(intent)]) {
                switch receipt {
                case .dialExists(let earlier): return try await repeated(earlier, intent)
                case .failed(let error): throw error
                case .observed, .revised, .quarantined, .tried, .done, .forgotten, .erased, .indexed: break
                }
            }
        } catch {
            return .busy(retryAfter: (error as? JournalError)?.retryAfter ?? .seconds(5))
        }
        return await ask(intent, request, data)
    }

    private func repeated(_ earlier: DialRecord, _ intent: DialIntent) async throws(StoreError) -> DialAnswer {
        guard earlier.intent.fingerprint == intent.fingerprint else { return .keyReused }
        guard let call = earlier.call else { return .repeated(earlier, nil) }
        return .repeated(earlier, try await find(earlier.intent.account, call.rawValue))
    }

    private func ask(_ intent: DialIntent, _ request: DialRequest, _ data: RecipientData) async -> DialAnswer {
        let answer = await context.send(.call(body: intent.request), account: intent.account)
        switch CallAnswer(answer.outcome) {
        case .refused(let status, let message):
            await settle(intent, .refused, message)
            return .refused(status: status, message: message)
        case .unanswered(let detail):
            context.logger.warning(
                "Bolna did not answer the placing of a call; its outcome is looked for, and it is not dialled again.",
                metadata: [
                    "account": "\(intent.account.rawValue)", "dial.key": "\(intent.correlationKey)",
                    "api.failure": "\(detail)",
                ])
            return .pending(correlationKey: intent.correlationKey)
        case .placed(var statement, let body):
            // Bolna's answer names neither agent nor numbers; they are those of the request it took.
            statement.fields[.agentID] = .text(request.agent.rawValue)
            statement.fields[.toNumber] = .text(request.recipient)
            statement.fields[.fromNumber] = request.from.map(FieldValue.text)
            statement.fields[.recipientData] = .json(data.json)
            let key = ObservationKey(
                source: .dial, trust: .authoritative, standing: .applied, digest: context.digest(body))
            let observation = context.observation(
                account: intent.account, agent: intent.agent, key: key, receivedAt: answer.receivedAt, body: body,
                statement: statement)
            return await placed(observation, intent)
        }
    }

    /// Where the store cannot take it, the intent stays open, and is resolved as if Bolna had not answered.
    private func placed(_ observation: IncomingObservation, _ intent: DialIntent) async -> DialAnswer {
        do {
            _ = try await context.submit([.observation(observation)])
            let execution = observation.statement.executionID.rawValue
            if let record = try await find(intent.account, execution) { return .placed(record) }
        } catch {
            context.logger.error(
                "Bolna took a call that could not be stored; it is looked for.",
                metadata: ["dial.key": "\(intent.correlationKey)", "journal.error": "\(error)"])
        }
        return .pending(correlationKey: intent.correlationKey)
    }

    private func settle(_ intent: DialIntent, _ state: DialState, _ detail: String) async {
        let outcome = DialOutcome(
            account: intent.account, correlationKey: intent.correlationKey, state: state, detail: detail,
            at: context.now())
        do {
            _ = try await context.submit([.dialOutcome(outcome)])
        } catch {
            context.logger.error(
                "What became of a dial could not be stored; it is looked for.",
                metadata: ["dial.key": "\(intent.correlationKey)", "journal.error": "\(error)"])
        }
    }

    /// One look at the open intents.
    func resolve() async {
        do {
            let open = try await context.reader.read { store throws(StoreError) in
                try store.openDials(limit: DialMachine.mostOpen)
            }
            for account in open.damaged {
                context.health.note(
                    Incident(
                        account: account, kind: .differsFromJournal, from: context.now(), to: nil,
                        detail: "What is stored of a dial cannot be read: what became of it is not looked for."))
            }
            let actions = machine.withLock { $0.tick(open: open.dials, now: context.now()) }
            for action in actions {
                switch action {
                case .giveUp(let intent):
                    context.logger.warning(
                        "A dial ends with an unknown outcome: Bolna did not answer, and no call with its key was found.",
                        metadata: ["account": "\(intent.account.rawValue)", "dial.key": "\(intent.correlationKey)"])
                    await settle(intent, .unknown, "Bolna did not answer, and no call with its key was found.")
                case .list(let agent, let window): try await search(agent, window)
                }
            }
        } catch {
            context.logger.warning(
                "Open dials could not be resolved; the next tick tries again.", metadata: ["store.error": "\(error)"])
        }
    }

    private func search(_ agent: DialMachine.Agent, _ window: BolnaRequest.ListWindow) async throws(StoreError) {
        var window: BolnaRequest.ListWindow? = window
        while let asked = window {
            guard case .page(let page) = await context.list(agent.agent, asked, account: agent.account) else { return }
            let known = try await context.known(page.rows.map(\.id), account: agent.account)
            let (toRead, next) = machine.withLock { $0.listed(agent, asked, page: page, known: known) }
            for execution in toRead {
                let read = await context.readFound(execution, of: agent.agent, account: agent.account)
                if read == .done { machine.withLock { $0.examined(execution, of: agent) } }
            }
            window = next
        }
    }

    private func find(_ account: AccountID, _ reference: String) async throws(StoreError) -> CallRecord? {
        try await context.reader.read { store throws(StoreError) in
            try store.call(account: account, reference: reference, withBody: false)
        }
    }
}

extension RecipientData {
    /// The members as JSON text, as Bolna will give them back.
    var json: String {
        var writer = JSONWriter()
        writer.object { object in
            let members = [
                ("gateway_dial", correlationKey), ("leadId", leadID), ("callerName", callerName),
                ("projectName", projectName), ("userId", userID),
            ]
            for (name, value) in members where value != nil { object.member(name, value) }
        }
        return writer.text
    }
}
