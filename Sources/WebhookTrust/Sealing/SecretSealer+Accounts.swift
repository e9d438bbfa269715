package import CallDomain

extension SecretSealer {
    /// Opens an account's secret.
    package func open(_ owned: OwnedSecret) throws(Failure) -> [UInt8] {
        try open(
            owned.secret.sealed,
            for: SealedSecret.place(account: owned.account, kind: owned.secret.kind, label: owned.secret.label))
    }

    /// Seals a secret of an account.
    package func seal(
        _ text: String, account: AccountID, kind: SealedSecret.Kind, label: String = SealedSecret.singleLabel,
        at time: Timestamp
    ) throws(Failure) -> OwnedSecret {
        let place = SealedSecret.place(account: account, kind: kind, label: label)
        return OwnedSecret(
            account: account,
            secret: SealedSecret(
                kind: kind, label: label, sealed: try seal(Array(text.utf8), for: place), createdAt: time))
    }
}
