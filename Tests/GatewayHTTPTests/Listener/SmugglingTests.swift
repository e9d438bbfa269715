import Foundation
import GatewayHTTP
import Testing

@Suite("Message framing", .serialized)
struct SmugglingTests {
    /// A request and what hides behind it: a server that reads the first one otherwise than a proxy would answer twice.
    struct Vector: Sendable {
        let name: String
        let text: String
    }

    private static let hidden = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private static func post(_ name: String, fields: String, body: String = "") -> Vector {
        Vector(
            name: name, text: "POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\(body)" + hidden)
    }

    private static func chunked(_ name: String, _ body: String) -> Vector {
        post(name, fields: "Transfer-Encoding: chunked\r\n", body: body)
    }

    static let vectors: [Vector] = [
        post(
            "both lengths", fields: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", body: "0\r\n\r\n"),
        post(
            "both lengths, the other order", fields: "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            body: "0\r\n\r\n"),
        post("two different lengths", fields: "Content-Length: 0\r\nContent-Length: 44\r\n"),
        post("the same length twice", fields: "Content-Length: 0\r\nContent-Length: 0\r\n"),
        post("a list of lengths", fields: "Content-Length: 0, 0\r\n"),
        post("a signed length", fields: "Content-Length: +0\r\n"),
        post("a negative length", fields: "Content-Length: -1\r\n"),
        post("a hexadecimal length", fields: "Content-Length: 0x0\r\n"),
        post("a length with an inner blank", fields: "Content-Length: 4 4\r\n"),
        post("a length with a parameter", fields: "Content-Length: 0;q=1\r\n"),
        post("a length with a fraction", fields: "Content-Length: 0.0\r\n"),
        post("a length with an exponent", fields: "Content-Length: 0e1\r\n"),
        post("a list of lengths that ends in a comma", fields: "Content-Length: 0,\r\n"),
        post("a length in other digits", fields: "Content-Length: \u{0660}\r\n"),
        post("two lengths of one value", fields: "Content-Length: 0\r\nContent-Length: 00\r\n"),
        post("a length and an encoding in vain", fields: "Content-Length: 0\r\nTransfer-Encoding: \r\n"),
        post("an endless length", fields: "Content-Length: 99999999999999999999999\r\n"),
        post("an empty length", fields: "Content-Length: \r\n"),
        post("a blank before the colon", fields: "Content-Length : 0\r\n"),
        post("a blank before the colon of the encoding", fields: "Transfer-Encoding : chunked\r\n", body: "0\r\n\r\n"),
        post("a tab before the colon", fields: "Content-Length\t: 0\r\n"),
        post("a control character in a name", fields: "A\u{1}: b\r\nContent-Length: 0\r\n"),
        post("a letter beyond ASCII in a name", fields: "Ä: b\r\nContent-Length: 0\r\n"),
        post("a bracket in a name", fields: "A(b): c\r\nContent-Length: 0\r\n"),
        post("a folded length", fields: "Content-Length:\r\n 0\r\n"),
        post("a folded encoding", fields: "Transfer-Encoding:\r\n chunked\r\n", body: "0\r\n\r\n"),
        post("a folded field", fields: "A: b\r\n c\r\nContent-Length: 0\r\n"),
        post("a folded first field", fields: " A: b\r\nContent-Length: 0\r\n"),
        post("another encoding", fields: "Transfer-Encoding: gzip\r\n"),
        post("an encoding nobody knows", fields: "Transfer-Encoding: xchunked\r\n", body: "0\r\n\r\n"),
        post("chunked, but not last", fields: "Transfer-Encoding: chunked, identity\r\n", body: "0\r\n\r\n"),
        post(
            "chunked twice", fields: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body: "0\r\n\r\n"),
        post(
            "chunked, then another", fields: "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", body: "0\r\n\r\n"
        ),
        post("chunked behind a tab", fields: "Transfer-Encoding:\u{0B}chunked\r\n", body: "0\r\n\r\n"),
        post("a quoted encoding", fields: "Transfer-Encoding: \"chunked\"\r\n", body: "0\r\n\r\n"),
        post("a bare LF after a field", fields: "Content-Length: 0\nA: b\r\n"),
        post("a bare CR in a field", fields: "A: b\rContent-Length: 44\r\nContent-Length: 0\r\n"),
        post("a NUL in a field", fields: "A: b\u{0}\r\nContent-Length: 0\r\n"),
        post("a field without a name", fields: ": b\r\nContent-Length: 0\r\n"),
        post("a field without a colon", fields: "A\r\nContent-Length: 0\r\n"),
        post("a second host", fields: "Host: other\r\nContent-Length: 0\r\n"),
        chunked("a chunk size that is none", "x\r\n\r\n0\r\n\r\n"),
        chunked("a chunk size with a prefix", "0x0\r\n\r\n"),
        chunked("a negative chunk size", "-1\r\n\r\n0\r\n\r\n"),
        chunked("a signed chunk size", "+0\r\n\r\n"),
        chunked("an endless chunk size", "fffffffffffffffff\r\n\r\n0\r\n\r\n"),
        chunked("a chunk size that ends in a bare LF", "0\n\n"),
        chunked("a chunk that ends in a bare LF", "1\r\na\n0\r\n\r\n"),
        chunked("a chunk that is longer than its size", "1\r\nab\r\n0\r\n\r\n"),
        chunked("a chunk extension that ends in a bare LF", "1;a\nb\r\n0\r\n\r\n"),
        chunked("a chunk size with an underscore", "0_0\r\n\r\n"),
        chunked("a chunk size in decimals and letters beyond", "0g\r\n\r\n"),
        chunked("no chunk size", "\r\n\r\n0\r\n\r\n"),
        chunked("a chunk that ends in nothing", "1\r\na0\r\n\r\n"),
        chunked("a chunk size that ends in a bare CR", "0\r\r\n"),
        chunked("a blank before the chunk size", " 0\r\n\r\n"),
        Vector(name: "a bare LF after the request line", text: "GET /none HTTP/1.1\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "a bare LF at the end", text: "GET /none HTTP/1.1\r\nHost: localhost\r\n\n" + hidden),
        Vector(name: "a bare CR as line end", text: "GET /none HTTP/1.1\rHost: localhost\r\r" + hidden),
        Vector(name: "a tab in the request line", text: "GET\t/none\tHTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "a NUL in the target", text: "GET /\u{0}none HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "a method in small letters", text: "get /none HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "a protocol in small letters", text: "GET /none http/1.1\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "more behind the version", text: "GET /none HTTP/1.1x\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "a version of two digits", text: "GET /none HTTP/1.10\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "another protocol", text: "GET /none HTTPS/1.1\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "no target", text: "GET HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "no host", text: "GET /none HTTP/1.1\r\n\r\n" + hidden),
        Vector(name: "an empty host", text: "GET /none HTTP/1.1\r\nHost:\r\n\r\n" + hidden),
        Vector(name: "a blank in the target", text: "GET /none /b HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "a version nobody knows", text: "GET /none HTTP/1.9\r\nHost: localhost\r\n\r\n" + hidden),
        Vector(name: "HTTP/0.9", text: "GET /none\r\n\r\n" + hidden),
        Vector(name: "HTTP/2 where HTTP/1 was agreed on", text: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden),
        Vector(
            name: "an old version with an encoding",
            text: "POST /none HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden),
    ]

    @Test("There are enough vectors, each with a name of its own")
    func enough() {
        #expect(Self.vectors.count >= 60)
        #expect(Set(Self.vectors.map(\.name)).count == Self.vectors.count)
    }

    @Test("What could be read in two ways is answered 400, once, and the connection is closed")
    func refused() async throws {
        var limits = ListenerLimits()
        limits.idle = .milliseconds(400)
        limits.timeToBody = .milliseconds(400)
        limits.linger = .milliseconds(10)
        try await TestGateway.run(limits: limits) { gateway in
            for vector in Self.vectors {
                let text = try await RawConnection.exchange(port: gateway.port, [vector.text])
                let answers = text.components(separatedBy: "HTTP/1.1 ").count - 1
                #expect(answers == 1, "\(vector.name): \(text)")
                #expect(text.hasPrefix("HTTP/1.1 400 "), "\(vector.name): \(text)")
                #expect(text.contains("application/problem+json"), "\(vector.name): \(text)")
                #expect(text.lowercased().contains("connection: close"), "\(vector.name): \(text)")
            }
        }
    }

    @Test(
        "What asks for a tunnel or another protocol is answered once, and the connection is closed",
        arguments: [
            ("CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"),
            ("GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "404"),
        ])
    func noTunnel(request: String, status: String) async throws {
        try await TestGateway.run { gateway in
            let text = try await RawConnection.exchange(port: gateway.port, [request + Self.hidden])
            #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2, "\(text)")
            #expect(text.hasPrefix("HTTP/1.1 \(status) "))
            #expect(text.lowercased().contains("connection: close"))
        }
    }
}
