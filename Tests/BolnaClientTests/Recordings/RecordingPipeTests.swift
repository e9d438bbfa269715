import CallDomain
import Testing

@testable import BolnaClient

@Suite("RecordingPipe")
struct RecordingPipeTests {
    @Test("Chunks come out in order, then the end")
    func order() async throws {
        let pipe = RecordingPipe()
        for number in 1...3 { #expect(pipe.write([UInt8(number)], patience: .zero)) }
        pipe.finish()
        var read: [[UInt8]] = []
        while let chunk = try await pipe.read() { read.append(chunk) }
        #expect(read == [[1], [2], [3]])
    }

    @Test("Where nobody reads, no more than the bound is kept, and the sender is held up")
    func bound() async throws {
        let pipe = RecordingPipe()
        for _ in 0..<RecordingBody.mostChunks { #expect(pipe.write([1], patience: .zero)) }
        #expect(!pipe.write([2], patience: .milliseconds(1)))
        #expect(try await pipe.read() == [1])
        #expect(pipe.write([3], patience: .zero))
        #expect(!pipe.write([4], patience: .milliseconds(1)))
    }

    @Test("A broken transfer throws after what had come")
    func broken() async throws {
        let pipe = RecordingPipe()
        #expect(pipe.write([1], patience: .zero))
        let failure = TransportFailure(kind: .broken, detail: "cut")
        pipe.finish(failure)
        #expect(try await pipe.read() == [1])
        await #expect(throws: RecordingPipe.Broken(failure: failure)) { try await pipe.read() }
    }

    @Test("A reader that waits gets the next chunk, and the end of a cancelled one")
    func waiting() async throws {
        let pipe = RecordingPipe()
        async let first = pipe.read()
        #expect(pipe.write([7], patience: .seconds(5)))
        #expect(try await first == [7])
        pipe.cancel()
        #expect(!pipe.write([8], patience: .seconds(5)))
        await #expect(throws: CancellationError.self) { try await pipe.read() }
    }

    @Test("A body that nobody holds ends its transfer")
    func dropped() throws {
        let pipe = RecordingPipe()
        var hold: RecordingHold? = RecordingHold(pipe)
        #expect(hold != nil && !pipe.isCancelled)
        hold = nil
        #expect(pipe.isCancelled)
    }
}
