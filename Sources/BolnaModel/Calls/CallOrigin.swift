/// How a call came to be.
package enum CallOrigin: String, Sendable {
    /// Asked for over the API.
    case placed
    /// One of the outbound calls that the world places on its own.
    case generated
    /// Called by a customer; nobody announces it.
    case inbound
}
