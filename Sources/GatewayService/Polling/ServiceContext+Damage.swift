import CallDomain
import Logging

extension ServiceContext {
    /// Tells operators of calls whose row cannot be read, once of each: an incident says so until the call equals its
    /// journal again.
    func tell(damaged: [DamagedCall]) async {
        for damage in damaged {
            do {
                let open = try await reader.read { store throws(StoreError) in
                    try store.openIncident(.differsFromJournal, account: damage.account, call: damage.call)
                }
                guard open == nil else { continue }
                let incident = Incident(
                    account: damage.account, call: damage.call, kind: .differsFromJournal, from: now(), to: nil,
                    detail: "What is stored of the call cannot be read: it is not polled.")
                _ = try await submit([.incident(incident)])
                logger.error(
                    "What is stored of a call cannot be read: it is not polled, and all others are. Run gateway doctor.",
                    metadata: ["account": "\(damage.account.rawValue)", "call.id": "\(damage.call.rawValue)"])
            } catch {
                logger.warning(
                    "A damaged call could not be told of; the next tick tries again.",
                    metadata: ["call.id": "\(damage.call.rawValue)", "error": "\(error)"])
            }
        }
    }
}
