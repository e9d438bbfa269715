import CCurl
import CallDomain
import Synchronization

/// What one transfer does on its thread: asks one address after the other until one has the recording, follows redirects by
/// hand, and tells its opener once what came of it.
struct RecordingTransfer {
    /// An address to ask.
    struct Candidate: Hashable {
        var address: MediaAddress
        var standing: RecordingHosts.Standing
    }

    let candidates: [Candidate]
    let range: ByteRange?
    let token: BolnaToken?
    let hosts: RecordingHosts
    let client: BolnaClientSettings
    let settings: RecordingSettings
    let pipe: RecordingPipe
    let opening: RecordingOpening

    /// Runs until the recording came whole, broke, or nobody wants it.
    func run() {
        let end = ContinuousClock.now + settings.longest
        var last = RecordingAnswer.notFound
        for candidate in candidates {
            last = fetch(candidate, until: end)
            // Only where nobody has it there, another address may.
            guard case .notFound = last, !pipe.isCancelled else { break }
        }
        // Says nothing where the recording began to come.
        opening.resolve(last)
    }

    private func fetch(_ candidate: Candidate, until end: ContinuousClock.Instant) -> RecordingAnswer {
        var (address, standing) = (candidate.address, candidate.standing)
        for _ in 0...settings.mostRedirects {
            let ending: MediaHandle.Ending
            do throws(CurlCode) {
                ending = try MediaHandle(
                    address, range: range, token: standing == .api ? token : nil, mayBePrivate: standing.mayBePrivate,
                    client: client, settings: settings, end: end, pipe: pipe,
                    onHead: { [opening, pipe] head in
                        let hold = RecordingHold(pipe)
                        opening.resolve(.stream(head, RecordingBody { try await hold.read() }))
                    }
                ).perform()
            } catch {
                return .failed(TransportFailure(kind: .broken, detail: "\(error); nothing was sent"))
            }
            switch ending {
            case .streamed:
                pipe.finish()
                return .notFound
            case .broke(let failure):
                pipe.finish(failure)
                return .failed(failure)
            case .failed(let failure): return .failed(failure)
            case .refused(let refusal): return .refused(refusal)
            case .other(let status, let location, let contentRange):
                guard [301, 302, 303, 307, 308].contains(status), let location else {
                    return Self.answer(status: status, contentRange: contentRange)
                }
                guard let next = MediaAddress(location, relativeTo: address) else { return .refused(.address) }
                guard let nextStanding = hosts.standing(of: next) else { return .refused(.host) }
                (address, standing) = (next, nextStanding)
            }
        }
        return .refused(.redirects)
    }

    /// What an answer without a recording means.
    static func answer(status: Int, contentRange: String?) -> RecordingAnswer {
        switch status {
        case 404, 410: .notFound
        case 416: .unsatisfiable(length: contentRange.flatMap(ContentRange.init)?.length)
        default: .failed(TransportFailure(kind: .broken, detail: "the answer was HTTP status \(status)"))
        }
    }
}

/// The one answer to who opens a recording.
final class RecordingOpening: Sendable {
    private let continuation: Mutex<CheckedContinuation<RecordingAnswer, Never>?>

    init(_ continuation: CheckedContinuation<RecordingAnswer, Never>) { self.continuation = Mutex(continuation) }

    /// Answers; only the first answer counts.
    func resolve(_ answer: RecordingAnswer) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: answer)
    }
}
