package import BolnaWire
package import CallDomain

/// Agents as Bolna has them, for persons who set up webhooks: their names, and where their call webhooks go.
package struct AgentDesk: Sendable {
    private let context: ServiceContext
    private let lists = AgentLists()

    /// Works within a context.
    package init(context: ServiceContext) { self.context = context }

    /// Why Bolna did not do, or say, what was asked.
    package enum Failure: Error, Hashable, Sendable {
        /// Bolna has no such agent.
        case notFound
        /// The address is not the one that was shown any more.
        case changed
        /// The account has no token for Bolna's API, or Bolna refuses it.
        case noToken
        /// The gateway cannot ask now.
        case busy(retryAfter: Duration)
        /// Bolna gave no usable answer; one sentence, without personal data.
        case bolnaFailed(detail: String)
    }

    /// An agent's webhook address, and a word for this state of it, by which a change is refused where it is another by then.
    package struct Standing: Hashable, Sendable {
        /// What Bolna has.
        package var webhook: AgentWebhook
        /// Stands for the address.
        package var version: ContentDigest
    }

    /// The agents of an account, as they were within ``AgentLists/memory``: whoever looks at pages again and again does not
    /// use up what persons may ask Bolna.
    package func agents(of account: AccountID) async throws(Failure) -> [AgentSummary] {
        guard context.accounts[account]?.mayAsk == true else { throw .noToken }
        let list = lists.list(of: account, at: context.now()) { [self] in
            Task(executorPreference: context.executor) {
                do throws(Failure) { return .success(try await askForAgents(of: account)) } catch {
                    return .failure(error)
                }
            }
        }
        switch await list.value {
        case .success(let agents): return agents
        case .failure(let failure):
            lists.drop(list, of: account)
            throw failure
        }
    }

    /// Forgets the agents of accounts whose token is another one: it may be of another organization.
    package func forget(_ accounts: Set<AccountID>) { lists.drop(accounts) }

    private func askForAgents(of account: AccountID) async throws(Failure) -> [AgentSummary] {
        let body = try await ask(.agents, account: account)
        do throws(UnusableBody) {
            let agents = try BolnaDecoder.decodeAgents(body)
            context.agentNames.learn(agents, of: account)
            return agents
        } catch {
            throw .bolnaFailed(detail: "Bolna's list of agents could not be used: \(error.detail).")
        }
    }

    /// Where an agent's webhooks go now.
    package func webhook(of agent: AgentID, account: AccountID) async throws(Failure) -> Standing {
        let body = try await ask(.agent(agent), account: account)
        do throws(UnusableBody) {
            let webhook = try BolnaDecoder.decodeAgentWebhook(body)
            return Standing(webhook: webhook, version: context.digest(Array((webhook.url ?? "").utf8)))
        } catch {
            throw .bolnaFailed(detail: "Bolna's answer about the agent could not be used: \(error.detail).")
        }
    }

    /// Sets where an agent's webhooks go, nil being nowhere, if they still go where they went at `version`; returns what
    /// Bolna has afterwards. Bolna has no such condition itself: between the look and the change lies one request's time.
    package func setWebhook(
        _ url: String?, of agent: AgentID, account: AccountID, expecting version: ContentDigest
    ) async throws(Failure) -> Standing {
        let before = try await webhook(of: agent, account: account)
        guard before.version == version else { throw .changed }
        guard before.webhook.url != url else { return before }
        _ = try await ask(.setWebhook(agent, body: WebhookPatchBody.encode(url: url)), account: account)
        let after = try await webhook(of: agent, account: account)
        guard after.webhook.url == url else {
            throw .bolnaFailed(detail: "Bolna took the address, and yet shows another one.")
        }
        return after
    }

    /// The body of a good answer to a person's request.
    private func ask(_ endpoint: BolnaRequest.Endpoint, account: AccountID) async throws(Failure) -> [UInt8] {
        guard context.accounts[account]?.mayAsk == true else { throw .noToken }
        let admission = context.gate.withLock {
            $0.admit(endpoint.budget, account: account, for: .person, now: context.now())
        }
        switch admission {
        case .granted: break
        case .wait(let retryAfter): throw .busy(retryAfter: retryAfter)
        case .paused: throw .noToken
        }
        switch await context.send(endpoint, account: account).outcome {
        case .response(200..<300, _, let body): return body
        case .response(401, _, _), .response(403, _, _): throw .noToken
        case .response(404, _, _): throw .notFound
        case .response(429, let retryAfter, _): throw .busy(retryAfter: retryAfter ?? .seconds(5))
        case .response(let status, _, let body):
            let reason = BolnaDecoder.decodeErrorBody(body)
            throw .bolnaFailed(detail: "Bolna answered \(status): \(reason).")
        case .failed(let failure): throw .bolnaFailed(detail: "Bolna did not answer: \(failure.detail).")
        }
    }
}
