import BolnaClient
import CallDomain
import Foundation

/// The gateway that runs on this machine over the same data directory, if one does.
struct RunningGateway {
    let data: DataDirectory

    /// The longest path a Unix socket may have on Linux, with its end.
    private static let longestSocketPath = 107

    /// Sends a request about an account over the control socket; nil where nobody listens. Blocks a thread of its own,
    /// since it waits.
    func send(
        path: String, body: [UInt8]? = nil, account: AccountID = .default
    ) async throws(GatewayFailure) -> ControlSocketClient.Answer? {
        let socketPath = data.controlSocket.path
        guard FileManager.default.fileExists(atPath: socketPath) else { return nil }
        guard socketPath.utf8.count <= Self.longestSocketPath else {
            throw GatewayFailure(.configuration, "data.directory: the path is too long for a control socket in it")
        }
        let result: Result<ControlSocketClient.Answer, ControlSocketClient.Failure> =
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(
                        returning: Result { () throws(ControlSocketClient.Failure) in
                            try ControlSocketClient.send(
                                socketPath: socketPath, path: path, body: body,
                                fields: [("Gateway-Account", account.rawValue)])
                        })
                }
            }
        switch result {
        case .success(let answer): return answer
        case .failure(.nobodyListens): return nil
        case .failure(let failure): throw GatewayFailure(.unavailable, failure.description)
        }
    }

    /// An answer that is no success, as a sentence with an exit code.
    static func failure(_ answer: ControlSocketClient.Answer) -> GatewayFailure {
        failure(status: answer.status, body: answer.body)
    }

    /// As ``failure(_:)``, of a gateway in this process.
    static func failure(status: Int, body: [UInt8]) -> GatewayFailure {
        let problem = try? JSONDecoder().decode(ProblemDocument.self, from: Data(body))
        let isUnavailable = status == 429 || status >= 500
        return GatewayFailure(
            isUnavailable ? .unavailable : .negative,
            problem.map { $0.detail ?? $0.title } ?? "the gateway answered \(status)")
    }

    /// What a problem document says for people.
    private struct ProblemDocument: Decodable {
        var title: String
        var detail: String?
    }
}
