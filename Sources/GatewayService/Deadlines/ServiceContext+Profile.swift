package import CallDomain
import Logging

extension ServiceContext {
    /// What expectations need to know of a call's scope: how its webhooks fare, what the account says, what was learned,
    /// and whether somebody is looking at the call.
    package func profile(account: AccountID, agent: AgentID?, execution: ExecutionID) -> ScopeProfile {
        var profile = health.profile(account: account, agent: agent)
        let learned = deadlines.learned(account: account, agent: agent)
        profile.learnedDeadlines = learned.deadlines
        profile.artefacts = learned.artefacts
        profile.isWatched = attention.isWatched(execution, account: account, now: now())
        return profile
    }

    /// Somebody looks at a call: while it waits for something, its reads come earlier for a minute.
    package func look(at call: CallRecord) async {
        guard call.ledger.open != nil, attention.look(at: call.execution, account: call.account, now: now()) else {
            return
        }
        let profile = profile(account: call.account, agent: call.state?.agent, execution: call.execution)
        do {
            _ = try await submit([
                .recompute(account: call.account, call: call.call, profile: profile, now: now())
            ])
        } catch {
            logger.debug("A call that is looked at is read as usual.", metadata: ["journal.error": "\(error)"])
        }
    }
}
