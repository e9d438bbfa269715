import CallDomain
import HTTPTypes
import NIOCore
import NIOSSL
import Testing

@testable import GatewayHTTP

@Suite("PercentCoding")
struct PercentCodingTests {
    @Test(
        "Text survives encoding and decoding; broken escapes and broken UTF-8 are refused",
        arguments: ["", "plain", "a b+c%", "अनु", "/?&=#"])
    func roundTrip(text: String) {
        #expect(PercentCoding.decode(PercentCoding.encode(text)) == text)
    }

    @Test("Broken text is refused", arguments: ["%", "%4", "%GG", "%FF", "a%"])
    func broken(text: String) { #expect(PercentCoding.decode(text) == nil) }
}

@Suite("NumberMask")
struct NumberMaskTests {
    @Test(
        "The middle of a number is hidden, and all of a short one",
        arguments: [("+14155550100", "+14*******00"), ("+919876543210", "+91********10"), ("100", "***"), ("", "")])
    func masks(number: String, masked: String) { #expect(NumberMask.mask(number) == masked) }

    @Test(
        "Telephone numbers in a text are masked, shorter runs of digits are not",
        arguments: [
            ("", ""), ("no number", "no number"), ("480", "480"), ("+14155550100", "+14*******00"),
            ("to 14155550100.", "to 141******00."), ("1234567", "*******"), ("+123456", "+123456"),
            ("++14155550100", "++14*******00"), ("+14155550100+14155550111", "+14*******00+14*******11"),
            ("dialled (415) 555-0100", "dialled (415********00"),
            ("415.555.0100", "415*******00"), ("at 2026-03-04 10:02:11", "at 2026-03-04 10:02:11"),
            ("on 2026-03-04", "on 2026-03-04"), ("486 at 12:30, 3 of 5", "486 at 12:30, 3 of 5"), ("(", "("),
            ("+", "+"),
            ("+91 98765 43210!", "+91**********10!"), ("(415) 555-0100", "(415********00"),
            ("2026-03-04, code 16", "2026-03-04, code 16"), ("987\u{301}6543210", "987\u{301}*****10"),
            ("98765\u{200B}43210", "987******10"), ("९८७६५४३२१०", "९८७*****१०"),
        ])
    func masksTexts(text: String, masked: String) {
        #expect(NumberMask.maskNumbers(in: text) == masked)
    }
}

@Suite("Problem")
struct ProblemTests {
    @Test("Every kind is an error, and says so in its body", arguments: Problem.Kind.allCases)
    func kinds(kind: Problem.Kind) {
        #expect((400...599).contains(kind.status.code))
        let body = String(decoding: Problem(kind).body, as: UTF8.self)
        #expect(body.hasPrefix(#"{"type":"/problems/\#(kind.rawValue)","title":""#))
        #expect(body.hasSuffix(#","status":\#(kind.status.code)}"#))
    }

    @Test(
        "Waiting is told in whole seconds, rounded up, at least one",
        arguments: [(0, 1), (1, 1), (1_000, 1), (1_001, 2)])
    func retryAfter(milliseconds: Int, seconds: Int64) {
        #expect(Problem(.busy, retryAfter: .milliseconds(milliseconds)).retryAfterSeconds == seconds)
    }
}

@Suite("EntityTag")
struct EntityTagTests {
    @Test(
        "Tags are compared weakly, one of several is enough, and a star is any",
        arguments: [
            (#""a""#, true), (#"W/"a""#, true), (#""b", W/"a""#, true), (#""b" , "a" "#, true), ("*", true),
            (#""b""#, false), ("", false), ("a", false),
        ])
    func matches(list: String, isKnown: Bool) { #expect(EntityTag.matches(list, tag: #""a""#) == isKnown) }
}

@Suite("PageCursor")
struct PageCursorTests {
    @Test("A cursor survives its text, for its own account only, whatever the call's id looks like")
    func bound() throws {
        let cursor = CallPageCursor(
            createdAt: Timestamp(rawValue: 1_772_615_708_112_000), call: CallID(rawValue: "a|b"))
        let text = PageCursor.text(cursor, account: .default)
        #expect(try PageCursor.read(text, account: .default) == cursor)
        #expect(throws: Problem.self) { try PageCursor.read(text, account: AccountID(rawValue: "other")) }
    }
}

@Suite("GatewayResponder")
struct GatewayResponderTests {
    struct Fault: Error {}

    @Test("A client that goes away in the middle is no fault of the gateway; an unknown error is")
    func faults() {
        let gone: [any Error] = [ChannelError.inputClosed, NIOSSLError.uncleanShutdown, CancellationError()]
        for error in gone { #expect(GatewayResponder.problem(for: error).kind == .badRequest, "\(error)") }
        #expect(GatewayResponder.problem(for: Fault()) == Problem(.internalError))
        #expect(GatewayResponder.problem(for: RequestBodyError.tooSlow).kind == .tooSlow)
    }
}
