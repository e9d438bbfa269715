import ArgumentParser
import CallDomain

/// Which account a command is about.
struct AccountOption: ParsableArguments {
    @Option(help: "The account.")
    var account = AccountID.default.rawValue

    /// The account's name, as far as a name can be told from nonsense.
    func id() throws -> AccountID {
        guard let id = AccountID(validating: account) else {
            throw ValidationError("--account: expected 1 to 64 of a-z, 0-9, - and _")
        }
        return id
    }
}
