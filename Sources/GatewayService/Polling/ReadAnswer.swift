import BolnaWire
package import CallDomain

/// What the answer to a full read of one call means.
package enum ReadAnswer: Hashable, Sendable {
    /// The call as Bolna has it, and the bytes that say so.
    case statement(Statement, body: [UInt8])
    /// A 2xx whose body is not the call that was asked for: kept aside, and as good as no answer.
    case unusable(QuarantineReason, detail: String, body: [UInt8])
    /// Bolna does not know the call.
    case notFound
    /// Bolna refused the token.
    case refused(status: Int)
    /// No usable answer, in a word of a closed set or an HTTP status; with `Retry-After`, where it was given.
    case failed(detail: String, retryAfter: Duration?)

    /// Judges an answer to `GET /executions/{id}` of this call.
    package init(_ outcome: BolnaAnswer.Outcome, asked execution: ExecutionID) {
        switch outcome {
        case .failed(let failure): self = .failed(detail: failure.kind.rawValue, retryAfter: nil)
        case .response(let status, let retryAfter, let body):
            switch status {
            case 200..<300: self = Self.judge(body, asked: execution)
            case 401, 403: self = .refused(status: status)
            case 404: self = .notFound
            default: self = .failed(detail: "status \(status)", retryAfter: retryAfter)
            }
        }
    }

    private static func judge(_ body: [UInt8], asked execution: ExecutionID) -> ReadAnswer {
        do {
            let statement = try BolnaDecoder.decodeExecution(body).statement
            guard statement.executionID == execution else {
                return .unusable(.otherCall, detail: "it is not the call that was asked for", body: body)
            }
            guard statement.status != nil else {
                return .unusable(.badField, detail: "it has no status", body: body)
            }
            return .statement(statement, body: body)
        } catch {
            return .unusable(error.reason, detail: error.detail, body: body)
        }
    }
}

extension ExpectationSettings {
    /// When to read again after so many failures in a row, the last at this time; not before `Retry-After`, which is
    /// believed up to the longest back-off.
    package func retry(after time: Timestamp, failures: Int, unit: Double, retryAfter: Duration? = nil) -> Timestamp {
        let stated = min(retryAfter ?? .zero, scaled(\.longestBackoff))
        return time.advanced(by: max(backoff(failures: failures, unit: unit), stated))
    }
}
