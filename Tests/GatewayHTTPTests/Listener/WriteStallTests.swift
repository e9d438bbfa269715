import GatewayService
import NIOCore
import NIOEmbedded
import Testing

@testable import GatewayHTTP

@Suite("Answers that are read slowly")
struct WriteStallTests {
    @Test(
        "A large answer that is read slowly but steadily is read to its end, over TLS too; before it the connection is not idle",
        arguments: [false, true])
    func steady(isSecure: Bool) throws {
        let connection = try SlowConnection(isSecure: isSecure)
        connection.answer(1 << 20)
        #expect(connection.socket.waiting.count > (1 << 20) / UnsentWrites.partBytes)
        connection.takeSlowly()
        #expect(connection.channel.isActive)
        connection.advance(by: connection.limits.idle - .seconds(1))
        #expect(connection.channel.isActive)
        connection.advance(by: .seconds(1) + .nanoseconds(TLSSettings.shutdownTimeout.nanoseconds))
        #expect(!connection.channel.isActive)
        #expect(connection.met == [.idle])
    }

    @Test(
        "An answer of which nothing is taken closes the connection, be it large or small", arguments: [100, 1 << 20],
        [false, true])
    func stalled(bytes: Int, isSecure: Bool) throws {
        let connection = try SlowConnection(isSecure: isSecure)
        connection.answer(bytes)
        connection.advance(by: connection.limits.writeStall - .seconds(1))
        #expect(connection.channel.isActive)
        connection.advance(by: .seconds(1))
        #expect(!connection.channel.isActive)
        #expect(connection.met == [.writeStall])
    }

    @Test(
        "A connection is closed once what was written before is sent, and hears nothing more", arguments: [false, true])
    func closing(isSecure: Bool) throws {
        let connection = try SlowConnection(isSecure: isSecure)
        connection.answer(1 << 20)
        connection.channel.close(promise: nil)
        connection.takeSlowly(leaving: 1)
        #expect(connection.channel.isActive)
        try connection.send("NOT HTTP AT ALL\r\n\r\n")
        connection.socket.take()
        connection.advance(by: .nanoseconds(TLSSettings.shutdownTimeout.nanoseconds))
        #expect(!connection.channel.isActive)
        #expect(connection.met == [])
    }

    @Test(
        "Who goes on talking to a connection that is being closed is read for a while only", arguments: [false, true])
    func talking(isSecure: Bool) throws {
        let connection = try SlowConnection(isSecure: isSecure)
        connection.answer(1 << 20)
        connection.channel.close(promise: nil)
        let words = String(repeating: "x", count: 1 << 16)
        for _ in 0..<(ConnectionWatch.mostDropped >> 16) {
            let before = connection.socket.reads
            connection.channel.read()
            #expect(connection.socket.reads == before + 1)
            try connection.send(words)
        }
        let before = connection.socket.reads
        connection.channel.read()
        #expect(connection.socket.reads == before)
        connection.advance(by: connection.limits.writeStall)
        #expect(!connection.channel.isActive)
    }

    @Test("A connection that is to be closed is closed where nothing is taken", arguments: [false, true])
    func closingStalls(isSecure: Bool) throws {
        let connection = try SlowConnection(isSecure: isSecure)
        connection.answer(1 << 20)
        connection.channel.close(promise: nil)
        connection.advance(by: connection.limits.writeStall - .seconds(1))
        #expect(connection.channel.isActive)
        connection.advance(by: .seconds(1))
        #expect(!connection.channel.isActive)
        #expect(connection.met == [.writeStall])
    }

    @Test("At the end of the time to drain nothing is waited for but the end of TLS", arguments: [false, true])
    func closingNow(isSecure: Bool) throws {
        let connection = try SlowConnection(isSecure: isSecure)
        connection.answer(1 << 20)
        connection.channel.close(promise: nil)
        ConnectionWatch.closeNow(connection.channel)
        connection.channel.embeddedEventLoop.run()
        connection.advance(by: isSecure ? .nanoseconds(TLSSettings.shutdownTimeout.nanoseconds) : .zero)
        #expect(!connection.channel.isActive)
        #expect(connection.met == [])
    }
}
