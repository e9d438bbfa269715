import GatewayService
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("PlainRequest")
struct PlainRequestTests {
    private func read(_ text: String) -> PlainRequest? { PlainRequest(ByteBuffer(string: text)) }

    private func head(_ fields: String, line: String = "POST /a/b HTTP/1.1") -> String {
        "\(line)\r\nHost: gateway\r\n\(fields)Content-Length: 2\r\n\r\n{}"
    }

    @Test("A head is read with what shows who sent it, in one order")
    func whole() throws {
        let text = head(
            "Authorization: Bearer t\r\nAccept: */*\r\nBOLNA-Signature:t=1,v1=a\r\nX-Forwarded-For: 10.0.0.1\r\n"
                + "Bolna-Signature: b\r\nConnection: keep-alive\r\n")
        let plain = try #require(read(text))
        #expect(plain.path == "/a/b" && plain.host == "gateway" && plain.bodyBytes == 2)
        #expect(plain.headBytes == text.utf8.count - 2)
        #expect(plain.evidence.map(\.name) == ["bolna-signature", "bolna-signature", "authorization"])
        #expect(plain.evidence.map(\.value) == ["t=1,v1=a", "b", "Bearer t"])
        #expect(plain.forwardedFor == ["10.0.0.1"])
    }

    @Test(
        "What could be read in another way, or asks for something else, is none",
        arguments: [
            "Host: other\r\n", "Content-Length: 2\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
            "Transfer-encoding: identity\r\n", "Connection: close\r\n", "Connection: Upgrade\r\n",
            "Upgrade: h2c\r\n", "Expect: 100-continue\r\n", "Content-Encoding: gzip\r\n", "TE: trailers\r\n",
            "Trailer: A\r\n", "Proxy-Connection: close\r\n", "HTTP2-Settings: A\r\n", "A: b\n", "A: b\rB: c\r\n",
            "A : b\r\n", " A: b\r\n", "A: b\r\n c\r\n", "A:  b\r\n", "A: b \r\n", "A:\r\n", "A: b\tc\r\n",
            "A: \u{e9}\r\n", "A\u{e9}: b\r\n", "A_b: c\r\n", ": b\r\n", "A\r\n", "A: b\0c\r\n",
        ])
    func unplain(field: String) {
        #expect(read(head("")) != nil)
        #expect(read(head(field)) == nil)
    }

    @Test(
        "Only the request line of a plain POST is taken",
        arguments: [
            "GET /a HTTP/1.1", "POST /a HTTP/1.0", "POST /a?b HTTP/1.1", "POST a HTTP/1.1", "POST  /a HTTP/1.1",
            "POST /a  HTTP/1.1", "POST https://b/a HTTP/1.1", "POST * HTTP/1.1", "POST /a HTTP/1.1 ", "POST /a",
            "post /a HTTP/1.1", "POST /a#b HTTP/1.1", "POST /\u{e9} HTTP/1.1", "\r\nPOST /a HTTP/1.1",
        ])
    func line(_ line: String) { #expect(read(head("", line: line)) == nil) }

    @Test(
        "A length is a number that has one spelling",
        arguments: ["02", "+2", "-2", "2,2", "0x2", "2.0", "1234567890", ""])
    func length(_ value: String) {
        #expect(read("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \(value)\r\n\r\n") == nil)
    }

    @Test("Nothing is made of a part of a head, or of one without host or length")
    func missing() {
        let text = head("")
        for count in 0..<text.utf8.count - 2 {
            #expect(read(String(decoding: text.utf8.prefix(count), as: UTF8.self)) == nil)
        }
        #expect(read("POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n") == nil)
        #expect(read("POST /a HTTP/1.1\r\nHost: a\r\n\r\n") == nil)
    }

    @Test("A head is read up to its bounds, and taken within the listener's")
    func bounds() throws {
        let most = PlainRequest.mostFields - 2
        #expect(read(head(String(repeating: "A: b\r\n", count: most))) != nil)
        #expect(read(head(String(repeating: "A: b\r\n", count: most + 1))) == nil)
        #expect(read(head("A: \(String(repeating: "b", count: PlainRequest.mostHeadBytes))\r\n")) == nil)
        let plain = try #require(read(head("A: b\r\n")))
        var limits = ListenerLimits()
        #expect(plain.isWithin(limits))
        limits.headerFields = 2
        #expect(!plain.isWithin(limits))
        limits = ListenerLimits()
        limits.bodyBytes = 1
        #expect(!plain.isWithin(limits))
        limits = ListenerLimits()
        limits.headerFieldBytes = plain.headBytes - 1
        #expect(!plain.isWithin(limits))
    }
}
