import CallDomain
import GatewayService
import Testing

@Suite struct ReadAnswerTests {
    private let asked = ExecutionID(rawValue: "exec-1")

    @Test("The call that was asked for is a statement")
    func statement() {
        let body = CallBody(status: "ringing").bytes
        guard
            case .statement(let statement, let kept) = ReadAnswer(
                .response(status: 200, retryAfter: nil, body: body), asked: asked)
        else {
            Issue.record("it must be a statement")
            return
        }
        #expect(statement.status == .ringing)
        #expect(kept == body)
    }

    @Test(
        "A 2xx that is not that call is kept aside",
        arguments: [
            (CallBody(id: "exec-2", status: "ringing").text, QuarantineReason.otherCall),
            ("<html>", .notJSON), ("{\"id\":\"exec-1\",\"sta", .notJSON), ("[]", .unknownShape), ("{}", .noID),
            ("{\"id\":\"exec-1\"}", .badField),
        ])
    func unusable(body: String, reason: QuarantineReason) {
        guard case .unusable(let found, let detail, let kept) = ReadAnswer(.json(body), asked: asked) else {
            Issue.record("it must be unusable")
            return
        }
        #expect(found == reason)
        #expect(!detail.isEmpty)
        #expect(kept == Array(body.utf8))
    }

    @Test("Other answers are told apart")
    func others() {
        #expect(ReadAnswer(.status(404), asked: asked) == .notFound)
        #expect(ReadAnswer(.status(401), asked: asked) == .refused(status: 401))
        #expect(ReadAnswer(.status(403), asked: asked) == .refused(status: 403))
        #expect(ReadAnswer(.status(302), asked: asked) == .failed(detail: "status 302", retryAfter: nil))
        let throttled = BolnaAnswer.Outcome.response(status: 429, retryAfter: .seconds(9), body: [])
        #expect(ReadAnswer(throttled, asked: asked) == .failed(detail: "status 429", retryAfter: .seconds(9)))
        let failed = BolnaAnswer.Outcome.failed(TransportFailure(kind: .tls, detail: "secret"))
        #expect(ReadAnswer(failed, asked: asked) == .failed(detail: "tls", retryAfter: nil))
    }

    @Test("A retry waits for the back-off, and for Retry-After where that is longer, within bounds")
    func retry() {
        let settings = ExpectationSettings()
        #expect(settings.retry(after: .start, failures: 1, unit: 0) == .at(30))
        #expect(settings.retry(after: .start, failures: 1, unit: 0, retryAfter: .seconds(120)) == .at(120))
        #expect(settings.retry(after: .start, failures: 1, unit: 0, retryAfter: .seconds(86_400)) == .at(300))
        for failures in 1...40 {
            #expect(settings.retry(after: .start, failures: failures, unit: 0.999) <= .at(300))
        }
    }
}
