import BolnaClient
import CallDomain
import GatewayHTTP
import GatewayService
import SQLiteStore

/// The gateway's parts in the process of a command, where no gateway runs over the data directory: the command takes the
/// database's lock and acts itself. Only what is asked for happens; nothing listens, and Bolna is not asked.
struct StandaloneGateway {
    let settings: GatewaySettings
    let data: DataDirectory

    /// Whom commands act for in an account.
    static func principal(of account: AccountID) -> Principal {
        Principal(account: account, scopes: Set(Scope.allCases), actor: "command")
    }

    /// Acts with the parts wired and the writer running, writes down what was noted for the audit, and lets go of everything
    /// afterwards.
    func act<Value: Sendable>(_ body: (GatewayAssembly) async throws -> Value) async throws -> Value {
        _ = try StoredGateway.existingDatabase(settings: settings, data: data)
        let assembly = try GatewayAssembly.open(
            settings: settings, data: data, logger: LineLogHandler.logger(settings: settings))
        let result: Result<Value, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await assembly.context.writer.run() }
            defer { group.cancelAll() }
            let result: Result<Value, any Error>
            do { result = .success(try await body(assembly)) } catch { result = .failure(error) }
            // What was done before a failure is done as well.
            do { _ = try await assembly.context.submit(assembly.context.trail.take()) } catch {
                if case .success = result { return .failure(error) }
            }
            return result
        }
        await assembly.client.shutdown()
        try assembly.store.close()
        do {
            return try result.get()
        } catch let problem as Problem {
            throw Self.failure(problem)
        }
    }

    /// A problem as a sentence with an exit code.
    static func failure(_ problem: Problem) -> GatewayFailure {
        GatewayFailure(problem.kind == .busy ? .unavailable : .negative, problem.detail ?? problem.kind.title)
    }
}
