import CallDomain
import GatewayService
import Testing
import WebhookTrust

@testable import GatewayHTTP

@Suite("BoundCursor")
struct BoundCursorTests {
    private static let mine = AccountID(rawValue: "mine")
    private static let theirs = AccountID(rawValue: "theirs")
    private static let change = ChangeCursor(sequence: 7)
    private static let figure = ReportCursor(asOf: 7, at: Timestamp(rawValue: -5), position: 3, number: 9)
    private static let run = QuarantineRequest.Cursor(after: 12, through: 40)

    @Test("Cursors survive their texts")
    func roundTrip() throws {
        let change = BoundCursor.text(Self.change, account: Self.mine)
        #expect(try BoundCursor.change(change, account: Self.mine) == Self.change)
        let run = BoundCursor.text(Self.run, account: Self.mine)
        #expect(try BoundCursor.quarantineRun(run, account: Self.mine) == Self.run)
        #expect(try BoundCursor.change("0", account: Self.mine) == ChangeCursor(sequence: 0))
    }

    @Test("A cursor of another account or list, and whatever is none, is refused")
    func bound() {
        let texts = [
            BoundCursor.text(Self.change, account: Self.theirs), BoundCursor.text(Self.run, account: Self.theirs),
            PageCursor.text(Self.figure, account: Self.mine, figure: FigureID(.calls)), "", "1", "7_-5_3_9", "12-40",
            "é",
            PageCursor.text(number: 7, account: Self.mine), String(repeating: "A", count: 4_096),
            Base64URL.encode(Array("1|mine|changes".utf8)), Base64URL.encode(Array("2|mine|changes|7".utf8)),
            Base64URL.encode(Array("1|mine|changes|x".utf8)), Base64URL.encode([0xFF, 0xFE]),
        ]
        for text in texts + [BoundCursor.text(Self.run, account: Self.mine)] {
            #expect(throws: Problem.self, "\(text)") { try BoundCursor.change(text, account: Self.mine) }
        }
        for text in texts + [BoundCursor.text(Self.change, account: Self.mine), "0"] {
            #expect(throws: Problem.self, "\(text)") { try BoundCursor.quarantineRun(text, account: Self.mine) }
        }
    }
}
