import Foundation

/// The built `bolna-simulator` as a child process, whose webhooks trust a gateway's certificate.
struct Simulator: Sendable {
    /// Its process.
    let process: GatewayProcess
    /// Its API's address, by the name `localhost`.
    let address: URL
    /// Its agents.
    let agents: [String]
    /// The file of its authority.
    let authority: URL

    /// The key that its API takes.
    static let token = "bn-end-to-end-token"

    /// Starts it in a folder and waits until it accepts.
    static func start(in folder: TemporaryFolder, _ more: [String]) async throws -> Simulator {
        let authority = folder.url.appending(path: "bolna-ca.pem")
        let arguments = [
            "--port", "0", "--token", token, "--certificate-out", authority.path, "--webhook-ca",
            folder.url.appending(path: "data/gateway.crt").path,
        ]
        let process = try GatewayProcess(arguments + more, in: folder.url, program: "bolna-simulator")
        let (address, agents) = try await process.line { line -> (URL, [String])? in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 4, words[0] == "ready", let url = URL(string: words[1]) else { return nil }
            return (url, words[3].split(separator: ",").map(String.init))
        }
        return Simulator(process: process, address: address, agents: agents, authority: authority)
    }

    /// Asks it to stop.
    func stop() async {
        process.signal(SIGTERM)
        _ = await process.end()
    }
}
