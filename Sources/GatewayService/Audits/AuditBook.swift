package import CallDomain
import Synchronization

/// The deliveries that wait to be audited; none where the share is 0.
package final class AuditBook: Sendable {
    private let machine: Mutex<AuditMachine>
    private let settings: ExpectationSettings
    private let delay: Duration

    /// Whether anything is audited.
    package let isOn: Bool

    /// Audits a share of deliveries (`audit.share`), some time after each.
    package init(share: Double = 0, settings: ExpectationSettings = ExpectationSettings()) {
        machine = Mutex(AuditMachine(share: share))
        self.settings = settings
        delay = AuditMachine.delay.scaled(by: settings.scale)
        isOn = share > 0
    }

    /// A delivery was stored; false where it is to be audited, and as many wait as can.
    func stored(_ observation: IncomingObservation, as observed: ObservedCall) -> Bool {
        guard isOn else { return true }
        return machine.withLock { $0.stored(observation, as: observed, delay: delay) }
    }

    /// Bolna does not know the candidate's call; whether it is asked again later.
    func notFound(_ candidate: AuditMachine.Candidate, at now: Timestamp) -> Bool {
        machine.withLock { $0.notFound(candidate, at: now, settings: settings) }
    }

    /// The deliveries whose time has come.
    func take(at now: Timestamp, limit: Int) -> [AuditMachine.Candidate] {
        machine.withLock { $0.take(at: now, limit: limit) }
    }
}
