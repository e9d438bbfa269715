import CallDomain

extension GatewaySettings {
    /// The rules that the settings describe: what senders may do, when reads take back what was claimed, and what is
    /// expected by when. The read that settles a contradiction is made after the same pause that reopening asks for.
    var policy: ReplayPolicy {
        let scale = expectations.scale
        var durations = expectations
        durations.pause = reopening.pause
        return ReplayPolicy(
            trust: trustPolicy,
            reconciler: Reconciler(
                policy: ReopeningPolicy(
                    pause: reopening.pause.scaled(by: scale), window: reopening.window.scaled(by: scale))),
            calculus: ExpectationCalculus(settings: durations))
    }
}
