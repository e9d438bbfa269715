import ArgumentParser

/// Measures single parts of the gateway, each beside what bounds it or does the same elsewhere, in one run.
@main struct GatewayBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway-benchmark",
        abstract: "Measures parts of the gateway in microseconds of processor time.",
        discussion: """
            Each table's first row is what the others are compared with. Run it from a release build on a quiet machine: \
            swift run -c release gateway-benchmark store. Whole requests are measured by .ci/benchmark-ingest.
            """,
        subcommands: [
            DecodeBenchmark.self, VerifyBenchmark.self, ReconcileBenchmark.self, StoreBenchmark.self,
            TickBenchmark.self, FeedBenchmark.self, AllocationsBenchmark.self,
            DatasetCommand.self, ScaleBenchmark.self,
        ])
}

/// How long is measured.
struct MeasuringOptions: ParsableArguments {
    @Option(help: "How often each row is measured; the median counts, and the spread is shown.")
    var rounds = 7

    @Option(help: "How many milliseconds of processor time a round takes at least.")
    var milliseconds = 100

    func validate() throws {
        guard (1...1_000).contains(rounds) else { throw ValidationError("--rounds is from 1 to 1000.") }
        guard (1...60_000).contains(milliseconds) else {
            throw ValidationError("--milliseconds is from 1 to 60000.")
        }
    }
}
