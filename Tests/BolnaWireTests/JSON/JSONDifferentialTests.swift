import BolnaWire
import CallDomain
import Foundation
import Testing

/// Our decoder beside Foundation's on random texts.
@Suite("BolnaDecoder beside Foundation")
struct JSONDifferentialTests {
    @Test("Random JSON, whole or damaged, is taken or refused alike", arguments: 0..<8)
    func acceptance(seed: UInt64) {
        var writer = RandomJSON(seed: seed)
        for _ in 0..<150 {
            var text = writer.value(depth: 4)
            #expect(JSONGrammarTests.isJSON(text))
            #expect(JSONGrammarTests.isJSONToFoundation(text))
            for _ in 0..<3 {
                writer.damage(&text)
                // Foundation refuses numbers that no double can hold, and takes commas after the last member; the grammar
                // does neither.
                let readable = String(decoding: text, as: UTF8.self)
                if readable.contains(/[eE][+-]?[0-9]{3}/) || readable.contains(/,\s*[}\]]/) { continue }
                #expect(
                    JSONGrammarTests.isJSON(text) == JSONGrammarTests.isJSONToFoundation(text),
                    "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }

    @Test("The values of random bodies are those that Foundation reads", arguments: 0..<8)
    func values(seed: UInt64) throws {
        var writer = RandomJSON(seed: 1000 + seed)
        for _ in 0..<100 {
            let body = writer.execution()
            let oracle = try #require(
                try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
                "\(String(decoding: body, as: UTF8.self))")
            let fields = try statement(body).fields
            #expect(fields.text(.transcript) == (oracle["transcript"] as? String).flatMap { $0.isEmpty ? nil : $0 })
            #expect(fields.text(.summary) == (oracle["summary"] as? String).flatMap { $0.isEmpty ? nil : $0 })
            // Foundation's conversion is off by some units in the last place.
            let cost = try #require(fields.number(.totalCost))
            let expectedCost = try #require(oracle["total_cost"] as? NSNumber).doubleValue
            #expect(abs(cost - expectedCost) <= abs(expectedCost) * 1e-14)
            let telephony = oracle["telephony_data"] as? [String: Any]
            #expect(
                fields.text(.hangupReason) == (telephony?["hangup_reason"] as? String).flatMap { $0.isEmpty ? nil : $0 }
            )
            let extracted = try fields.json(.extractedData).map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSObject
            }
            let expected = oracle["extracted_data"] as? NSDictionary
            #expect(extracted == (expected?.count == 0 ? nil : expected))
        }
    }
}

/// Writes random JSON in all its spellings.
struct RandomJSON {
    var random: Seeded

    init(seed: UInt64) { random = Seeded(seed: seed) }

    mutating func value(depth: Int) -> [UInt8] {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &random) {
        case 0: Array("null".utf8)
        case 1: Array((Bool.random(using: &random) ? "true" : "false").utf8)
        case 2, 3: number()
        case 4, 5: string()
        case 6, 7: array(depth: depth)
        default: object(depth: depth)
        }
    }

    /// A body of a call, its members in random order.
    mutating func execution() -> [UInt8] {
        var members: [(String, [UInt8])] = [
            ("id", Array("\"x\"".utf8)), ("status", Array("\"completed\"".utf8)), ("transcript", string()),
            ("summary", string()), ("total_cost", number()), ("extracted_data", object(depth: 3)),
            ("latency_data", value(depth: 3)), ("usage_breakdown", object(depth: 2)), ("unknown", value(depth: 2)),
        ]
        members.append(("telephony_data", pack([("hangup_reason", string()), ("other", value(depth: 2))])))
        members.shuffle(using: &random)
        return pack(members)
    }

    /// Changes, drops, doubles or inserts one byte.
    mutating func damage(_ text: inout [UInt8]) {
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n\u{1}é".utf8)
        let byte = alphabet.randomElement(using: &random) ?? 0
        guard let index = text.indices.randomElement(using: &random) else { return text.append(byte) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text[index] = byte
        case 1: text.remove(at: index)
        case 2: text.insert(text[index], at: index)
        default: text.insert(byte, at: index)
        }
    }

    private mutating func array(depth: Int) -> [UInt8] {
        let count = Int.random(in: 0...4, using: &random)
        var text = [UInt8(ascii: "[")] + blanks()
        for index in 0..<count {
            if index > 0 { text += [UInt8(ascii: ",")] + blanks() }
            text += value(depth: depth - 1) + blanks()
        }
        return text + [UInt8(ascii: "]")]
    }

    private mutating func object(depth: Int) -> [UInt8] {
        var members: [(String, [UInt8])] = []
        for index in 0..<Int.random(in: 0...4, using: &random) {
            members.append(("k\(index)", value(depth: depth - 1)))
        }
        return pack(members)
    }

    private mutating func pack(_ members: [(String, [UInt8])]) -> [UInt8] {
        var text = [UInt8(ascii: "{")] + blanks()
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { text += [UInt8(ascii: ",")] + blanks() }
            text += Array("\"\(name)\"".utf8) + blanks() + [UInt8(ascii: ":")] + blanks() + value + blanks()
        }
        return text + [UInt8(ascii: "}")]
    }

    private mutating func blanks() -> [UInt8] {
        let count = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 0...20, using: &random) : 0
        return (0..<count).map { _ in [0x20, 0x09, 0x0A, 0x0D].randomElement(using: &random) ?? 0x20 }
    }

    private mutating func number() -> [UInt8] {
        var text = Bool.random(using: &random) ? "-" : ""
        text += String(UInt64.random(in: 0...(1 << UInt64.random(in: 0...60, using: &random)), using: &random))
        if Bool.random(using: &random) { text += ".\(UInt32.random(in: 0...999_999, using: &random))" }
        if Int.random(in: 0..<4, using: &random) == 0 {
            let sign = ["", "+", "-"].randomElement(using: &random) ?? ""
            text += "\(Bool.random(using: &random) ? "e" : "E")\(sign)\(Int.random(in: 0...40, using: &random))"
        }
        return Array(text.utf8)
    }

    private mutating func string() -> [UInt8] {
        let parts = [
            "a", "user: ", "hello world, this is plain", "नमस्ते", "é", "€", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\t",
            "\\u0041", "\\u0928", "\\uD83D\\uDE00", "\\u00e9", "\u{7F}", "0123456789",
        ]
        let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
        return Array("\"\(text.joined())\"".utf8)
    }
}
