import Foundation

/// The folder in which one gateway keeps what is its own: database, first-start secrets and certificate, control socket.
struct DataDirectory {
    /// The folder.
    let url: URL

    /// What nobody but the owner may have on the folder: to write for the group, anything for others.
    static let forbiddenBits: mode_t = 0o027

    /// Opens the folder at `path`, made with mode 0700 where it is absent; refuses one that others can open.
    init(path: String) throws(GatewayFailure) {
        url = URL(filePath: path, directoryHint: .isDirectory)
        let unusable = GatewayFailure(
            .unavailable, "data.directory: the folder cannot be made or used; name one this user may write")
        if !FileManager.default.fileExists(atPath: path) {
            do {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            } catch {
                throw unusable
            }
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw unusable }
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw unusable }
        if let openness { throw GatewayFailure(.configuration, "data.directory: \(openness)") }
    }

    /// Who may open the folder and should not, and what to do about it, in a sentence; nil where nobody, or where there is
    /// no folder.
    var openness: String? {
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & Self.forbiddenBits != 0 else { return nil }
        let (found, wanted) = (status.st_mode & 0o777, status.st_mode & 0o777 & ~Self.forbiddenBits)
        return "expected a folder that others cannot open, since it holds secrets and what people said; found mode "
            + "0\(String(found, radix: 8)): chmod \(String(wanted, radix: 8)) \(url.path)"
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
        guard Self.create(draft, text), rename(draft.path, file.path) == 0, Self.sync(url) else {
            throw GatewayFailure(.unavailable, "\(file.lastPathComponent) cannot be written to the data directory")
        }
    }

    /// Writes and syncs a new file, whose mode is 0600 from its first moment on, in place of one that was left behind.
    private static func create(_ file: URL, _ text: String) -> Bool {
        guard unlink(file.path) == 0 || errno == ENOENT else { return false }
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard (try? handle.write(contentsOf: Data(text.utf8))) != nil, fsync(descriptor) == 0 else { return false }
        return (try? handle.close()) != nil
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
