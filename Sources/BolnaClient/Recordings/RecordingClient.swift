package import CallDomain
import Foundation
import Synchronization

/// Fetches recordings over libcurl, each on a thread of its own, since a slow reader holds its transfer up.
///
/// Bolna's stable address is asked first, with the account's token, and its redirects are followed by hand: to listed hosts
/// only, and without the token. Then the address that was stored is. ``AddressRule`` judges what a listed name resolves to.
package final class RecordingClient: RecordingSource {
    private let client: BolnaClientSettings
    private let settings: RecordingSettings
    private let hosts: RecordingHosts
    private let token: @Sendable (AccountID) -> BolnaToken?
    private let running = Mutex<[AccountID: Int]>([:])

    /// Takes the settings of the API's client, and whom to ask for an account's token.
    package init(
        client: BolnaClientSettings, settings: RecordingSettings,
        token: @escaping @Sendable (AccountID) -> BolnaToken?
    ) throws(BolnaClientError) {
        do throws(CurlCode) { try CurlLibrary.prepare() } catch { throw .libcurl(error) }
        self.client = client
        self.settings = settings
        self.hosts = RecordingHosts(api: client.baseURL, patterns: settings.hosts)
        self.token = token
    }

    /// Opens a recording. Cancelling the task ends the transfer within about a second.
    package func open(_ request: RecordingRequest) async -> RecordingAnswer {
        let token = token(request.account)
        let candidates: [RecordingTransfer.Candidate]
        switch plan(request, hasToken: token != nil) {
        case .failure(let refusal): return .refused(refusal)
        case .success(let found): candidates = found
        }
        guard !candidates.isEmpty else { return token == nil ? .noToken : .notFound }
        guard begin(request.account) else { return .busy }
        let pipe = RecordingPipe()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let transfer = RecordingTransfer(
                    candidates: candidates, range: request.range, token: token, hosts: hosts, client: client,
                    settings: settings, pipe: pipe, opening: RecordingOpening(continuation))
                let thread = Thread { [self] in
                    transfer.run()
                    end(request.account)
                }
                thread.name = "recording"
                thread.start()
            }
        } onCancel: {
            pipe.cancel()
        }
    }

    /// The addresses to ask, in order; a refusal where there is but a stored one and it must not be asked.
    private func plan(
        _ request: RecordingRequest, hasToken: Bool
    ) -> Result<[RecordingTransfer.Candidate], RecordingRefusal> {
        var candidates: [RecordingTransfer.Candidate] = []
        if hasToken, let segment = PercentEncoding.segment(request.execution.rawValue),
            let stable = MediaAddress("\(client.baseURL.text)/recordings/call/\(segment)"),
            let standing = hosts.standing(of: stable)
        {
            candidates.append(RecordingTransfer.Candidate(address: stable, standing: standing))
        }
        guard let stored = request.storedURL, !stored.isEmpty else { return .success(candidates) }
        guard let address = MediaAddress(stored) else {
            return candidates.isEmpty ? .failure(.address) : .success(candidates)
        }
        guard let standing = hosts.standing(of: address) else {
            return candidates.isEmpty ? .failure(.host) : .success(candidates)
        }
        // Without a token Bolna's API would only refuse.
        let isUseful = standing != .api || hasToken
        if isUseful, !candidates.contains(where: { $0.address == address }) {
            candidates.append(RecordingTransfer.Candidate(address: address, standing: standing))
        }
        return .success(candidates)
    }

    private func begin(_ account: AccountID) -> Bool {
        running.withLock { running in
            guard running.values.reduce(0, +) < settings.mostAtOnce,
                running[account, default: 0] < settings.mostAtOncePerAccount
            else { return false }
            running[account, default: 0] += 1
            return true
        }
    }

    private func end(_ account: AccountID) {
        running.withLock { running in
            let left = (running[account] ?? 1) - 1
            running[account] = left > 0 ? left : nil
        }
    }
}
