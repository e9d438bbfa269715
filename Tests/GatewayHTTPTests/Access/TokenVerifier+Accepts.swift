import CallDomain

@testable import GatewayHTTP

extension TokenVerifier {
    /// Whether a token is accepted at the time that ``TokenMaker`` makes them for.
    func accepts(_ text: String) async -> Bool {
        (try? await principal(of: text, at: Timestamp(seconds: Int64(TokenMaker.now)))) != nil
    }
}
