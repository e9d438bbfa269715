package import CallDomain
import Foundation
import Synchronization

/// Bolna's API over libcurl: one thread owns every handle, keeps the connections and speaks HTTP/2 where it is offered.
///
/// Requests are handed over through a bounded queue. A request is sent once: only libcurl itself may send a GET again,
/// where a kept connection turned out to be closed before any byte came. Calls of ``send(_:)`` may run concurrently.
package final class BolnaClient: BolnaAPI {
    private let settings: BolnaClientSettings
    private let credentials: Mutex<BolnaCredentials>
    private let now: @Sendable () -> Timestamp
    private let mailbox: TransferMailbox

    /// Starts the thread. Throws where libcurl lacks something that the client relies on, or cannot use the CA file's
    /// path or another setting.
    package init(
        settings: BolnaClientSettings, credentials: BolnaCredentials, now: @escaping @Sendable () -> Timestamp
    ) throws(BolnaClientError) {
        do throws(CurlCode) {
            try CurlLibrary.prepare()
            // Every fixed option is tried here, so that a libcurl without one of them is found at start.
            let firstHandle = try EasyHandle(settings: settings)
            firstHandle.forget()
            self.mailbox = TransferMailbox(
                multi: try MultiHandle(settings: settings), mostWaiting: settings.mostWaiting)
        } catch {
            throw BolnaClientError.libcurl(error)
        }
        self.settings = settings
        self.credentials = Mutex(credentials)
        self.now = now
        let mailbox = self.mailbox
        let thread = Thread { TransferLoop.run(mailbox: mailbox, settings: settings, now: now) }
        thread.name = "bolna-client"
        thread.start()
    }

    deinit { mailbox.requestStop() }

    /// Takes other tokens in place of those there were; requests that are under way keep theirs.
    package func use(_ credentials: BolnaCredentials) { self.credentials.withLock { $0 = credentials } }

    /// The token that an account's requests are sent with now; nil where it has none.
    package func token(of account: AccountID) -> BolnaToken? { credentials.withLock { $0.token(of: account) } }

    /// Sends one request and returns when it was answered, failed, or its task was cancelled. Where too many requests
    /// wait already it fails at once as ``TransportFailure/Kind/connect``, which says that nothing was sent.
    package func send(_ request: BolnaRequest) async -> BolnaAnswer {
        guard let token = token(of: request.account) else {
            return unsent(TransportFailure(kind: .noToken, detail: "the account has no token"))
        }
        guard let exchange = Exchange(request.endpoint, baseURL: settings.baseURL, token: token) else {
            return unsent(
                TransportFailure(kind: .broken, detail: "the id cannot be part of an address; nothing was sent"))
        }
        let id = mailbox.newID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = TransferMailbox.Job(id: id, exchange: exchange, continuation: continuation)
                if let refusal = mailbox.post(job) {
                    continuation.resume(returning: unsent(refusal))
                } else if Task.isCancelled {
                    // The handler below may have run before the job was posted, and found nothing.
                    cancel(id)
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Cancels all requests, closes all connections and returns when the thread is done. Later requests are answered
    /// as cancelled.
    package func shutdown() async {
        await mailbox.stop()
    }

    private func cancel(_ id: TransferMailbox.TransferID) {
        guard let job = mailbox.cancel(id) else { return }
        job.continuation.resume(returning: unsent(TransportFailure(kind: .cancelled, detail: "the caller gave up")))
    }

    private func unsent(_ failure: TransportFailure) -> BolnaAnswer {
        let time = now()
        return BolnaAnswer(sentAt: time, receivedAt: time, outcome: .failed(failure))
    }
}
