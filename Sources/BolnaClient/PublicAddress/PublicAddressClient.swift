import CCurl
package import CallDomain
import Foundation

/// Posts to the gateway's own public address, as Bolna would: from outside, over verified TLS, following nothing.
package final class PublicAddressClient: Sendable {
    /// The address, without a slash at its end.
    package let address: BolnaBaseURL
    private let settings: BolnaClientSettings

    /// The largest answer that is taken, in bytes.
    package static let largestBody = 64 << 10

    /// Posts to this address alone; a PEM file names the only authorities that are trusted, else the system's are.
    package init(address: BolnaBaseURL, caFile: String? = nil) throws(BolnaClientError) {
        self.address = address
        var settings = BolnaClientSettings(baseURL: address, caFile: caFile)
        settings.largestBody = Self.largestBody
        self.settings = settings
        do { try CurlLibrary.prepare() } catch { throw .libcurl(error) }
    }

    /// Posts a body to a path below the address, on a thread and a connection of its own.
    package func post(
        path: String, fields: [(name: String, value: String)], body: [UInt8]
    ) async -> BolnaAnswer.Outcome {
        let exchange = Exchange(posting: body, to: address.text + path, fields: fields)
        return await withCheckedContinuation { continuation in
            let thread = Thread { [settings] in continuation.resume(returning: Self.perform(exchange, settings)) }
            thread.name = "public-address"
            thread.start()
        }
    }

    private static func perform(_ exchange: Exchange, _ settings: BolnaClientSettings) -> BolnaAnswer.Outcome {
        do throws(CurlCode) {
            let easy = try EasyHandle(settings: settings)
            try easy.prepare(exchange)
            let code = easy.perform()
            guard code == CURLE_OK else { return .failed(TransportFailure(code, of: easy)) }
            return .response(status: easy.status, retryAfter: nil, body: easy.body)
        } catch {
            return .failed(TransportFailure(kind: .broken, detail: "\(error); nothing was sent"))
        }
    }
}
