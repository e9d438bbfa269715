import CallDomain

/// Law 7: an account reads and knows the calls of its own organization, and no others.
enum AccountsLaw {
    /// What is wrong with a read; `owners` are the organizations that have the call, none where nobody has it.
    /// `wasTold` is whether somebody told the account of it.
    static func check(readBy account: String, of organization: Int, owners: [Int], wasTold: Bool) -> [String] {
        guard !owners.isEmpty, !owners.contains(organization), !wasTold else { return [] }
        return ["\(account) reads a call of another account"]
    }

    /// What is wrong with what an account holds of another organization's call: at most a hint, where it was told of it.
    static func check(heldBy account: String, _ record: CallRecord?, wasTold: Bool) -> [String] {
        guard let record, record.state != nil || !wasTold else { return [] }
        return ["\(account) knows a call of another account"]
    }
}
