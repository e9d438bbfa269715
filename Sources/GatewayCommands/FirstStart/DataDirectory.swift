import Foundation

/// The folder in which one gateway keeps what is its own: database, first-start secrets and certificate, control socket.
struct DataDirectory {
    /// The folder.
    let url: URL

    /// Opens the folder at `path`, made with mode 0700 where it is absent.
    init(path: String) throws(GatewayFailure) {
        url = URL(filePath: path, directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw GatewayFailure(
                .unavailable, "data.directory: the folder cannot be made or used; name one this user may write")
        }
    }

    /// Names the folder at `path`, without making it.
    init(existing path: String) { url = URL(filePath: path, directoryHint: .isDirectory) }

    /// The SQLite database.
    var database: URL { url.appending(path: "gateway.db") }
    /// The control socket of a running gateway.
    var controlSocket: URL { url.appending(path: "gateway.sock") }
    /// The webhook secret minted at first start.
    var webhookSecret: URL { url.appending(path: "webhook-secret") }
    /// The API key minted at first start.
    var apiKey: URL { url.appending(path: "api-key") }
    /// The key minted at first start with which all accounts are managed on the pages.
    var adminKey: URL { url.appending(path: "admin-key") }
    /// The key under which forgotten numbers are remembered.
    var numbersKey: URL { url.appending(path: "forgotten-numbers-key") }
    /// The self-signed certificate made at first start.
    var certificate: URL { url.appending(path: "gateway.crt") }
    /// Its private key.
    var privateKey: URL { url.appending(path: "gateway.key") }

    /// The key that seals secrets in the database, minted where none is set.
    var sealingKey: URL { url.appending(path: "sealing-key") }
    /// The key that is to take its place.
    var nextSealingKey: URL { url.appending(path: "sealing-key.next") }

    /// The text in a file of this folder, without white space around it; nil where the file is absent or empty.
    func secret(in file: URL) throws(GatewayFailure) -> String? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        if let openness = SecretFile.openness(of: file.path) {
            throw GatewayFailure(
                .configuration, "\(file.lastPathComponent) in the data directory: expected \(openness)")
        }
        do {
            let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            return text.isEmpty ? nil : text
        } catch {
            throw GatewayFailure(.unavailable, "\(file.lastPathComponent) in the data directory cannot be read as text")
        }
    }

    /// Writes a file that only this user may read; it appears whole or not at all, and is on disk when this returns.
    func write(_ text: String, to file: URL) throws(GatewayFailure) {
        let draft = file.appendingPathExtension("new")
        let made = FileManager.default.createFile(
            atPath: draft.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made, Self.sync(draft), rename(draft.path, file.path) == 0, Self.sync(url) else {
            throw GatewayFailure(.unavailable, "\(file.lastPathComponent) cannot be written to the data directory")
        }
    }

    /// Puts one file of this folder in the place of another, at once.
    func replace(_ file: URL, by other: URL) throws(GatewayFailure) {
        guard rename(other.path, file.path) == 0, Self.sync(url) else {
            throw GatewayFailure(.unavailable, "\(file.lastPathComponent) in the data directory cannot be replaced")
        }
    }

    private static func sync(_ file: URL) -> Bool {
        let descriptor = open(file.path, O_RDONLY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// Deletes a file of this folder.
    func remove(_ file: URL) throws(GatewayFailure) {
        guard unlink(file.path) == 0 else {
            throw GatewayFailure(.unavailable, "\(file.lastPathComponent) in the data directory cannot be deleted")
        }
    }
}
