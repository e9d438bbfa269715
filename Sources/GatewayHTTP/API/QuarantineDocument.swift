package import BolnaWire
package import CallDomain
package import GatewayService
import WebhookTrust

/// The quarantine as JSON: the same for clients of the API and for the command line.
package enum QuarantineDocument {
    /// A page of entries, and how many there are by reason. `next` is where the list goes on.
    package static func page(_ records: [QuarantineRecord], counts: QuarantineCounts, next: String?) -> JSONWriter {
        var json = JSONWriter(reserving: 1_024 + 512 * records.count)
        json.object { json in
            json.key("counts")
            write(counts, into: &json)
            json.key("data")
            json.array { json in for record in records { json.object { write(record, into: &$0) } } }
            json.member("nextCursor", next)
        }
        return json
    }

    /// One entry with what to do about it; its body only where it may be seen.
    package static func entry(_ record: QuarantineRecord, reveals: Bool) -> JSONWriter {
        var json = JSONWriter(reserving: 1_024 + record.bodyBytes)
        json.object { json in
            write(record, into: &json)
            let isShown = reveals && record.isBodyKept
            let text = isShown ? String(validating: record.delivery.body, as: UTF8.self) : nil
            json.member("body", text)
            json.member("bodyBase64URL", isShown && text == nil ? Base64URL.encode(record.delivery.body) : nil)
        }
        return json
    }

    /// What became, or would become, of a page of entries.
    package static func run(
        _ run: QuarantineRun, of request: QuarantineRequest, account: AccountID
    ) -> JSONWriter {
        var json = JSONWriter(reserving: 1_024 + 256 * run.results.count)
        json.object { json in
            json.member("isDryRun", request.isDryRun)
            json.key("matching")
            write(run.matching, into: &json)
            json.key("results")
            json.array { json in for result in run.results { write(result, into: &json) } }
            json.member("nextCursor", run.next.map { BoundCursor.text($0, account: account) })
        }
        return json
    }

    private static func write(_ counts: QuarantineCounts, into json: inout JSONWriter) {
        json.object { json in
            json.member("open", counts.open)
            json.member("settled", counts.settled)
            json.key("byReason")
            json.array { json in
                for reason in QuarantineReason.allCases {
                    guard let count = counts.byReason[reason] else { continue }
                    json.object { json in
                        json.member("reason", reason.rawValue)
                        json.member("why", reason.sentence)
                        json.member("open", count.open)
                        json.member("settled", count.settled)
                    }
                }
            }
        }
    }

    private static func write(_ record: QuarantineRecord, into json: inout JSONWriter) {
        let delivery = record.delivery
        json.member("id", record.id)
        json.member("state", record.settlement == nil ? "open" : "settled")
        json.member("resolution", record.settlement?.resolution.words)
        json.member("settledAt", record.settlement?.at)
        json.member("reason", delivery.reason.rawValue)
        json.member("why", delivery.reason.sentence)
        json.member("detail", delivery.detail)
        json.member("advice", record.settlement == nil ? delivery.reason.advice : nil)
        json.member("isOtherKind", delivery.reason.isOtherKind)
        json.member("source", delivery.source.word)
        json.member("trust", delivery.trust.word)
        json.member("agentId", delivery.agent?.rawValue)
        json.member("executionId", delivery.execution?.rawValue)
        json.member("receivedAt", delivery.receivedAt)
        json.member("sentAt", delivery.sentAt)
        json.member("count", record.count)
        json.member("digest", delivery.digest.hex)
        json.member("bodyBytes", record.bodyBytes)
        json.member("isBodyKept", record.isBodyKept)
    }

    private static func write(_ result: QuarantineResult, into json: inout JSONWriter) {
        json.object { json in
            json.member("id", result.record.id)
            json.member("outcome", result.verdict.word)
            json.member("keptFor", result.record.delivery.reason.rawValue)
            json.member("receivedAt", result.record.delivery.receivedAt)
            switch result.verdict {
            case .unusable(let reason, let detail, _):
                json.member("reason", reason.rawValue)
                json.member("detail", detail)
            case .settledBefore(let settlement):
                json.member("resolution", settlement.resolution.words)
                json.member("settledAt", settlement.at)
            case .usable, .discarded: break
            }
            json.key("calls")
            json.array { json in
                for statement in result.verdict.statements {
                    json.object { json in
                        json.member("executionId", statement.execution.rawValue)
                        json.member("outcome", statement.decision.outcome.word)
                        json.member("rule", statement.decision.rule.rawValue)
                        json.member("statusBefore", statement.decision.statusBefore?.word)
                        json.member("statusAfter", statement.decision.statusAfter?.word)
                    }
                }
            }
        }
    }
}
