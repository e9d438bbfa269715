import BolnaWire
import CallDomain
import WebhookTrust

extension JournalPage {
    /// Writes the rows in commit order, and the reads; bodies as text, only where they are to be shown.
    func write(into json: inout JSONWriter, reveals: Bool, account: AccountID) {
        json.object { json in
            json.key("data")
            json.array { json in for row in rows { row.write(into: &json, reveals: reveals) } }
            json.key("reads")
            json.array { json in
                for read in reads {
                    json.object { json in
                        json.member("sentAt", read.sentAt)
                        json.member("receivedAt", read.receivedAt)
                        json.member("digest", read.observation.digest.hex)
                    }
                }
            }
            json.member("readsInAll", readsInAll)
            json.member("nextCursor", next.map { PageCursor.text(number: $0, account: account) })
        }
    }
}

extension JournalRow {
    fileprivate func write(into json: inout JSONWriter, reveals: Bool) {
        json.object { json in
            json.member("position", position)
            json.member("source", observation.key.source.word)
            json.member("trust", observation.key.trust.word)
            json.member("isHint", observation.key.standing == .hint)
            json.member("digest", observation.key.digest.hex)
            json.member("receivedAt", observation.receivedAt)
            json.member("lastReceivedAt", lastReceivedAt)
            json.member("count", count)
            json.member("status", observation.statement.status?.word)
            json.member("statedAt", observation.statement.updatedAt)
            json.key("decision")
            decision.write(into: &json)
            json.member("body", reveals ? body.map { String(decoding: $0, as: UTF8.self) } : nil)
        }
    }
}

extension Decision {
    fileprivate func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("outcome", outcome.word)
            json.member("rule", rule.rawValue)
            json.key("changedFields")
            json.array { json in for field in changedFields { json.value(field.name) } }
            json.member("statusBefore", statusBefore?.word)
            json.member("statusAfter", statusAfter?.word)
            json.key("newContradictions")
            json.array { json in for contradiction in newContradictions { contradiction.write(into: &json) } }
        }
    }
}

extension ContentDigest {
    /// The digest in hexadecimal.
    var hex: String { Hex.encode(bytes) }
}
