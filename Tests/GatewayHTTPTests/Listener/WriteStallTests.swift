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
}
