import Foundation
import Testing

/// What a webhook asks of the heap, in what does not depend on the machine: how many blocks. The debug build is counted,
/// since that is what tests are built as; what is added to the release build is added to it, too.
@Suite("Allocations of a webhook")
struct AllocationTests {
    /// The most blocks of each part. Fewer are welcome: then lower the bound to what `.ci/count-allocations` prints for
    /// the debug build, and a little.
    static let most: [String: Double] = ["decode": 78, "verify": 24, "reconcile": 190, "store": 770]

    @Test("No part of a webhook asks for more blocks of memory than it needs")
    func counted() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let program = try GatewayProcess.executable("gateway-benchmark")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let child = try ChildProcess(
            executable: root.appending(path: ".ci/count-allocations").path, arguments: [program.path],
            folder: root.path, environment: ["PATH": path])
        let output = LineReader(child.output)
        let errors = LineReader(child.errors)
        var counts: [String: Double] = [:]
        while let line = await output.next() {
            let words = line.split(separator: " ")
            if words.count == 2, let count = Double(words[1]) { counts[String(words[0])] = count }
        }
        #expect(child.end() == 0, "\(errors.text)")
        #expect(Set(counts.keys) == Set(Self.most.keys))
        for (part, most) in Self.most {
            let count = counts[part] ?? .infinity
            #expect(count <= most, "\(part): \(count) blocks a webhook, where \(most) are enough")
        }
    }
}
