import BolnaWire
import CallDomain
import Foundation
import Testing

@Suite("JSONWriter")
struct JSONWriterTests {
    @Test("Objects and arrays get their commas where they belong")
    func nesting() {
        var writer = JSONWriter()
        writer.object { call in
            call.member("a", 1)
            call.key("b")
            call.array { list in
                list.value("x")
                list.object { _ in }
                list.array { _ in }
                list.null()
            }
            call.key("c")
            call.raw("[1, 2]".utf8)
            call.member("d", true)
            call.member("e", String?.none)
            call.member("f", Timestamp(seconds: 0))
            call.member("g", Double?.none)
            call.member("h", Bool?.none)
            call.member("i", Int?.none)
        }
        #expect(
            writer.text
                == #"{"a":1,"b":["x",{},[],null],"c":[1, 2],"d":true,"e":null,"f":"1970-01-01T00:00:00.000Z","g":null,"h":null,"i":null}"#
        )
    }

    @Test("Every ASCII character and some others come back from Foundation as they were")
    func strings() throws {
        let texts =
            (0..<0x80).map { String(UnicodeScalar(UInt8($0))) } + ["é€😀", "\u{2028}", "a\"b\\c/\n\r\t\u{8}\u{1F}"]
        for text in texts {
            var writer = JSONWriter()
            writer.value(text)
            let back = try JSONSerialization.jsonObject(with: Data(writer.bytes), options: .fragmentsAllowed)
            #expect(back as? String == text)
        }
    }

    @Test(
        "Numbers are short, and come back exactly",
        arguments: [
            (0, "0"), (-0.0, "0"), (28, "28"), (27.2, "27.2"), (-1.5, "-1.5"), (1e15, "1000000000000000"),
            (1e300, "1e+300"),
            (0.1 + 0.2, "0.30000000000000004"), (1.5e-300, "1.5e-300"),
        ])
    func numbers(number: Double, text: String) throws {
        var writer = JSONWriter()
        writer.value(number)
        #expect(writer.text == text)
        #expect(Double(writer.text) == number)
    }

    @Test("What is no number is null", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(number: Double) {
        var writer = JSONWriter()
        writer.value(number)
        #expect(writer.text == "null")
    }
}
