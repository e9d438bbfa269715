import BolnaClient
import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import SQLiteStore

/// Where commands ask and change what belongs to accounts: through a running gateway; where none runs, in the database
/// itself, by the same routes.
struct GatewayDesk {
    private let settings: GatewaySettings
    private let data: DataDirectory

    init(_ settings: GatewaySettings) throws {
        self.settings = settings
        data = try DataDirectory(path: settings.dataDirectory)
    }

    /// The body of the answer to a GET, or a POST where there is a body; an answer that is no success is thrown.
    func ask(_ path: String, body: [UInt8]? = nil, account: AccountID = .default) async throws -> [UInt8] {
        if let answer = try await RunningGateway(data: data).send(path: path, body: body, account: account) {
            guard (200..<300).contains(answer.status) else { throw RunningGateway.failure(answer) }
            return answer.body
        }
        let answer = try await StandaloneGateway(settings: settings, data: data).act { assembly in
            try await LocalDispatcher(dependencies: assembly.dependencies, bodyLimit: settings.apiBodyLimit)
                .send(path: path, body: body, account: account)
        }
        guard (200..<300).contains(answer.status) else {
            throw RunningGateway.failure(status: answer.status, body: answer.body)
        }
        return answer.body
    }

    /// A name as one segment of an address.
    static func segment(_ text: String) throws(GatewayFailure) -> String {
        let allowed = CharacterSet.alphanumerics.intersection(.init(charactersIn: "\u{0}"..."\u{7F}"))
            .union(["-", "_", "."])
        guard let segment = text.addingPercentEncoding(withAllowedCharacters: allowed), !segment.isEmpty else {
            throw GatewayFailure(.negative, "the name cannot be part of an address")
        }
        return segment
    }
}
