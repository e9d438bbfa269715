import BolnaWire
import CallDomain
import Foundation
import Testing

@Suite("JSONScanner")
struct JSONGrammarTests {
    /// Whether a text is taken as JSON.
    static func isJSON(_ bytes: some Sequence<UInt8>) -> Bool { quarantineReason(bytes) != .notJSON }

    /// Whether Foundation takes it.
    static func isJSONToFoundation(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    @Test(
        "What RFC 8259 allows is taken",
        arguments: [
            "0", "-0", "-1.5e+10", "1E-2", "0.0", "true", "false", "null", "\"\"", "[]", "{}", " \t\r\n[ 1 , 2 ] ",
            #""\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00""#, "\"\u{7F}é€😀\"", #"{"":{"":[]}}"#, #"{"a":1,"a":2}"#, "1e999",
            "[1e400, 123456789012345678901234567890]", #""\u0000""#, "\"\u{FFFF}\u{10FFFF}\"",
        ])
    func taken(text: String) {
        #expect(Self.isJSON(text.utf8))
    }

    @Test(
        "What it does not allow is refused",
        arguments: [
            "", " ", "01", "-", "-a", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity", "tru",
            "True",
            "nul", "nulll", "'a'", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"\u{0}\"", "[",
            "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
            "{\"a\":1,}",
            "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1]", "{,}", "{} {}", "[] 1", "//", "[1]//", "\u{FEFF}{}", "\u{A0}1",
        ])
    func refused(text: String) {
        #expect(!Self.isJSON(text.utf8))
    }

    @Test(
        "Surrogates come in pairs",
        arguments: [
            #""\uD800""#, #""\uDC00""#, #""\uD800\uD800""#, #""\uD800x""#, #""\uD800\n""#, #""\uDC00\uD800""#,
            #""\uD83D\u""#,
        ])
    func surrogates(text: String) {
        #expect(!Self.isJSON(text.utf8))
    }

    @Test(
        "Bytes that are no UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x82],
            [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xF0, 0x90, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        for padding in 0..<9 {
            let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes + [0x22]
            #expect(!Self.isJSON(text))
        }
    }

    @Test("Each byte inside a string is judged as Foundation judges it, wherever it stands")
    func bytesInStrings() {
        var disagreements: [[UInt8]] = []
        for position in 0..<17 {
            for byte in UInt8.min...UInt8.max {
                var text = [UInt8](repeating: 0x61, count: 19)
                text[0] = 0x22
                text[18] = 0x22
                text[position + 1] = byte
                if Self.isJSON(text) != Self.isJSONToFoundation(text) { disagreements.append(text) }
            }
        }
        #expect(disagreements.isEmpty)
    }

    @Test("Nesting has a bound: 64 is taken, 65 and ten million are not", arguments: ["[", "{\"a\":"])
    func depth(opening: String) {
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "1" + String(repeating: opening == "[" ? "]" : "}", count: depth)
        }
        #expect(Self.isJSON(nested(64).utf8))
        guard case .unusable(.unknownShape, let detail) = BolnaDecoder.decodeDelivery(Array(nested(65).utf8)) else {
            Issue.record("65 levels are too many")
            return
        }
        #expect(detail.contains("64"))
        #expect(quarantineReason([UInt8](repeating: UInt8(ascii: "["), count: 10_000_000)) == .unknownShape)
    }

    @Test("Depth is counted alike in what is read and in what is skipped")
    func depthInside() {
        func body(_ name: String, _ depth: Int) -> String {
            let value = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
            return #"{"id":"x","status":"busy","\#(name)":\#(value)}"#
        }
        for name in ["extracted_data", "latency_data", "unknown", "transcript", "telephony_data"] {
            #expect(quarantineReason(body(name, 63)) == nil)
            #expect(quarantineReason(body(name, 64)) == .unknownShape)
        }
    }

    @Test("Members and elements have a bound")
    func items() {
        func array(_ count: Int) -> String { "[" + String(repeating: "1,", count: count - 1) + "1]" }
        #expect(quarantineReason(#"{"id":"x","a":\#(array(99_998))}"#) == nil)
        #expect(quarantineReason(#"{"id":"x","a":\#(array(99_999))}"#) == .unknownShape)
    }

    @Test("No truncation of a body is taken for a whole one")
    func truncations() throws {
        let small = try payload("24-missing-optional-fields")
        let end = try #require(small.lastIndex(of: UInt8(ascii: "}")))
        for length in 0...end { #expect(!Self.isJSON(small[..<length])) }
        let large = try payload("07-lifecycle-6-completed")
        for length in stride(from: 0, to: large.count - 2, by: 37) { #expect(!Self.isJSON(large[..<length])) }
    }

    @Test("Each change of a single byte is judged as Foundation judges it")
    func mutations() {
        let body = Array(#"{"id":"a\u00e9","status":"busy","x":[-1.5e1,true,null,{}],"é":"\n"}"#.utf8)
        var disagreements: [[UInt8]] = []
        for index in body.indices {
            for byte in UInt8.min...UInt8.max where byte != body[index] {
                var text = body
                text[index] = byte
                if Self.isJSON(text) != Self.isJSONToFoundation(text) { disagreements.append(text) }
            }
        }
        #expect(disagreements.isEmpty)
    }

    @Test("A transcript of 100 kB comes through whole")
    func longTranscript() throws {
        let lines = (0..<2500).map { "assistant: line \($0) \"quoted\" नमस्ते\n" }.joined()
        var writer = JSONWriter()
        writer.object { body in
            body.member("id", "x")
            body.member("status", "completed")
            body.member("transcript", lines)
        }
        #expect(lines.utf8.count > 100_000)
        #expect(try statement(writer.bytes).fields.text(.transcript) == lines)
    }
}
