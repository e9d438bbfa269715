import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import Logging
import NIOSSL
import Testing

@Suite("CertificateKeeper")
struct CertificateKeeperTests {
    private let wall = WallClock(at: Timestamp(seconds: 1_800_000_000))
    private let registry = PrometheusRegistry()

    private func keeper(
        _ files: TLSFiles, lines: CapturedLines = CapturedLines()
    ) throws -> CertificateKeeper {
        try CertificateKeeper(
            files: files, interval: .seconds(10), now: { [wall] in wall.now }, clock: ContinuousClock(),
            metrics: GatewayMetrics(registry: registry), logger: lines.logger)
    }

    private func days(_ days: Int64) -> Timestamp { wall.now.advanced(by: .seconds(days * 86_400)) }

    @Test("New files are used from the next connection on; files as they were change nothing")
    func replaces() throws {
        try TestTLS.inFolder { folder in
            let files = try folder.write(TestTLS.pair(from: days(-1), to: days(90)))
            let lines = CapturedLines()
            let keeper = try keeper(files, lines: lines)
            let before = keeper.context
            #expect(keeper.reload() == .unchanged)
            #expect(keeper.context === before)
            _ = try folder.write(TestTLS.pair(from: days(-1), to: days(100)))
            #expect(keeper.reload() == .replaced)
            #expect(keeper.context !== before)
            #expect(keeper.status.daysLeft == 100)
            #expect(registry.exposition().contains(#"gw_tls_certificate_reloads_total{result="replaced"} 1"#))
            #expect(lines.all.count == 1)
        }
    }

    @Test(
        "New files that cannot be used are complained of once, and the old ones stay",
        arguments: TestTLS.Damage.allCases)
    func keeps(damage: TestTLS.Damage) throws {
        try TestTLS.inFolder { folder in
            let good = try TestTLS.pair(from: days(-1), to: days(90))
            let files = try folder.write(good)
            let lines = CapturedLines()
            let keeper = try keeper(files, lines: lines)
            let before = keeper.context
            _ = try folder.write(damage.applied(to: good, now: wall.now))
            guard case .kept(let problem) = keeper.reload() else {
                Issue.record("the files were used")
                return
            }
            #expect(problem.description.hasPrefix("tls."))
            #expect(keeper.reload() == .kept(problem))
            #expect(keeper.context === before)
            #expect(keeper.status.problem == problem)
            #expect(keeper.status.daysLeft == 90)
            #expect(lines.all.count == 1)
            #expect(lines.all.allSatisfy { !$0.contains("PRIVATE KEY") })
            #expect(registry.exposition().contains(#"gw_tls_certificate_reloads_total{result="kept"} 1"#))
            _ = try folder.write(good)
            #expect(keeper.reload() == .replaced)
            #expect(keeper.status.problem == nil)
        }
    }

    @Test("Other files with the same fault are complained of anew, the same files once")
    func keepsAgain() throws {
        try TestTLS.inFolder { folder in
            let good = try TestTLS.pair(from: days(-1), to: days(90))
            let lines = CapturedLines()
            let keeper = try keeper(folder.write(good), lines: lines)
            for attempt in 1...2 {
                let other = try TestTLS.pair(from: days(-1), to: days(90))
                _ = try folder.write(TestTLS.Damage.otherKey.applied(to: other, now: wall.now))
                for _ in 1...2 { #expect(keeper.reload() == .kept(.notAPair)) }
                #expect(lines.all.count == attempt)
            }
        }
    }

    @Test(
        "A certificate that is not valid is used at the start all the same, and complained of; what is none is refused")
    func start() throws {
        try TestTLS.inFolder { folder in
            let lines = CapturedLines()
            let files = try folder.write(TestTLS.pair(from: days(-90), to: days(-1)))
            #expect(try keeper(files, lines: lines).status.word == "expired")
            #expect(lines.all.first?.hasPrefix("critical") == true)
            let good = try TestTLS.pair(from: days(-1), to: days(90))
            let broken = try folder.write(TestTLS.Damage.otherKey.applied(to: good, now: wall.now))
            #expect(throws: TLSProblem.notAPair) { try keeper(broken) }
        }
    }

    @Test(
        "From 21 days before its end on, a certificate is complained of once a day",
        arguments: [(22, "valid", 0), (21, "ending", 1), (0, "ending", 1)] as [(Int64, String, Int)])
    func reminds(left: Int64, word: String, count: Int) throws {
        try TestTLS.inFolder { folder in
            let lines = CapturedLines()
            let end = days(left).advanced(by: .seconds(3_600))
            let keeper = try keeper(folder.write(TestTLS.pair(from: days(-1), to: end)), lines: lines)
            #expect(keeper.status.word == word)
            #expect(keeper.status.daysLeft == left)
            keeper.remind()
            #expect(lines.all.count == count)
            wall.advance(by: .seconds(86_400))
            keeper.remind()
            keeper.remind()
            #expect(lines.all.count == (left == 22 ? 1 : 2 * count))
        }
    }

    @Test(
        "Days are rounded down, also beyond the end",
        arguments: [(0, 0), (86_399, 0), (86_400, 1), (-1, -1), (-86_400, -1), (-86_401, -2)] as [(Int64, Int64)])
    func daysLeft(seconds: Int64, days: Int64) {
        let now = Timestamp(seconds: 1_000_000)
        #expect(CertificateKeeper.daysLeft(until: now.advanced(by: .seconds(seconds)), from: now) == days)
    }
}
