/// Something that reads what outsiders send, and what must hold of it for any bytes whatever.
///
/// That nothing traps and nothing is read outside its bounds is watched from outside: by the tests, which end with the
/// process, and by the address sanitizer.
struct FuzzTarget: Sendable {
    /// The name by which a run is asked for.
    let name: String
    /// Inputs to start from.
    let seeds: [[UInt8]]
    /// Whether it reads whole bodies: Bolna's payloads are inputs to start from as well.
    let readsBodies: Bool
    /// Reads an input and throws where something that must hold does not.
    let run: @Sendable ([UInt8]) throws -> Void

    init(
        _ name: String, seeds: [String] = [], readsBodies: Bool = false,
        run: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.readsBodies = readsBodies
        self.seeds = seeds.map { Array($0.utf8) }
        self.run = run
    }

    /// All targets.
    static let all = bodies + credentials + requests
}

/// Something that must hold did not.
struct BrokenPromise: Error, CustomStringConvertible {
    var description: String
}

/// Throws unless something holds.
func hold(_ condition: Bool, _ promise: String) throws {
    guard condition else { throw BrokenPromise(description: promise) }
}

/// Bytes as the text of a header field.
func text(_ input: some Sequence<UInt8>) -> String { String(decoding: Array(input), as: UTF8.self) }

/// The lines of an input, as several values of a field.
func lines(_ input: [UInt8]) -> [String] {
    input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { text($0) }
}
