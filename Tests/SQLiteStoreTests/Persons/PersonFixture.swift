import CallDomain
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

extension Arrival {
    static let number = "+14155550100"
    static let words = "user: my name is Asha"

    /// A webhook with a number, words and a lead.
    static func told(_ execution: String, _ status: CallStatus?, at seconds: Int64, created: Int64? = nil) -> Arrival {
        var arrival = Arrival.webhook(execution, status, at: seconds)
        arrival.fields = [
            .agentID: .text("agent-1"), .toNumber: .text(number), .fromNumber: .text("+14155550111"),
            .transcript: .text(words), .createdAt: .time(.at(created ?? seconds)),
            .recipientData: .json("{\"leadId\":\"lead-7\",\"callerName\":\"Asha\"}"),
            .recordingURL: .text("https://example.com/r.mp3"),
        ]
        return arrival
    }
}

extension SQLiteStore {
    @discardableResult
    func erase(_ calls: [String] = [], quarantine: [Int64] = [], dials: [String] = []) throws -> ErasedData {
        try erased(
            .erase(
                Erasure(
                    account: .default, calls: calls.map(CallID.init(rawValue:)), quarantine: quarantine, dials: dials,
                    at: .at(5_000))))
    }

    @discardableResult
    func retain(_ kind: RetentionStep.Kind, before seconds: Int64) throws -> ErasedData {
        try erased(.retain(RetentionStep(account: .default, kind: kind, before: .at(seconds), at: .at(seconds + 100))))
    }

    private func erased(_ entry: JournalEntry) throws -> ErasedData {
        let receipt = try #require(try apply([entry]).first)
        guard case .erased(let data) = receipt else { throw UnexpectedReceipt(receipt: receipt) }
        return data
    }

    /// What differs between a call and its journal (law 4).
    func differences(of reference: String) throws -> [String] {
        try #require(try dossier(account: .default, reference: reference)).compared().differences
    }

    /// Whether a text stands anywhere in the database's files.
    func isInFiles(_ text: String, of fixture: StoreFixture) throws -> Bool {
        let wanted = Data(text.utf8)
        return try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path).contains { name in
            try Data(contentsOf: fixture.directory.appendingPathComponent(name)).range(of: wanted) != nil
        }
    }
}
