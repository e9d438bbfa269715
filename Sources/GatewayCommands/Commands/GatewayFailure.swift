/// Why a command could not do its work: one sentence that says what was expected and what to do, and an exit code.
struct GatewayFailure: Error, CustomStringConvertible {
    /// The exit code, after `sysexits.h` where it has one.
    let code: Code
    /// What failed and what to do, without secrets or personal data.
    let description: String

    /// The documented exit codes, beside 0 for success and 64 for a wrong command line.
    enum Code: Int32 {
        /// What was asked for was found to be wrong or missing: an unknown call, a truth that was not reached.
        case negative = 1
        /// Something the gateway needs cannot be had now: a port, a file, the store, Bolna.
        case unavailable = 69
        /// The configuration is wrong.
        case configuration = 78
    }

    /// Puts a failure together.
    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
