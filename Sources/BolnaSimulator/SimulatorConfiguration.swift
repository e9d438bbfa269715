package import BolnaModel

/// How the simulator is set up.
package struct SimulatorConfiguration: Sendable {
    /// The address it listens on. It has no secrets to protect, but its control endpoints ask for no key.
    package var host = "127.0.0.1"
    /// The port it listens on; 0 takes a free one.
    package var port = 0
    /// The seed everything follows from, apart from the times at which requests arrive.
    package var seed: UInt64 = 1
    /// The world behind it.
    package var world = WorldOptions()
    /// Headers sent with every webhook, such as an `Authorization`.
    package var webhookHeaders: [WebhookHeader] = []
    /// The certificates, as PEM, that the webhooks' receiver is verified against; nil: those of the system.
    package var webhookCertificateAuthorities: String?

    /// A static header of webhooks.
    package struct WebhookHeader: Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Its value.
        package var value: String

        /// A header from its name and value.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A simulator on a free port of the loopback address, without calls or webhooks of its own.
    package init() {}
}
