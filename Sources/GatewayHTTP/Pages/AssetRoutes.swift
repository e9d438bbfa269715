import CallDomain
import HTTPTypes
import Hummingbird
import NIOCore
import PageAssets
import WebhookTrust

/// What pages load: under an address that changes with the files, so that browsers may keep them for ever.
enum AssetRoutes {
    private static let version: String = {
        let bytes = PageAsset.all.flatMap { Array($0.name.utf8) + $0.bytes }
        return (try? ContentHash.sha256(bytes)).map { String($0.hex.prefix(12)) } ?? "0"
    }()

    /// The folder of the files.
    static let address = "/assets/\(version)"

    static let routes = [Route(.get, "/assets/{version}/{name}", errors: .page, .open(file))]

    @Sendable private static func file(_ request: RouteRequest) async throws -> Response {
        let name = try request.parameter("name")
        guard try request.parameter("version") == version, let asset = PageAsset.all.first(where: { $0.name == name })
        else { throw Problem(.notFound) }
        var headers = PageFields.all
        headers[.contentType] = asset.mediaType
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
