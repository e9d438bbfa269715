#!/usr/bin/env python3
"""Requests that two servers could read in two ways, each with another request hidden behind it, sent through a proxy.

  smuggling.py HOST PORT PROXY_LOG GATEWAY_LOG   prints how many requests the proxy passed on, and the gateway saw

The proxy's log has one line a request, `passed` in it where it went on; the gateway's log has one line for each request that
it did not serve, which is each of these. Where the gateway sees more than the proxy passed on, one was smuggled.
"""
import socket, sys, time

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
EMPTY = b"0\r\n\r\n"


def post(fields, body=b""):
    return b"POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\n" + fields + b"\r\n" + body + HIDDEN


def get(line, fields=b"Host: localhost\r\n"):
    return line + fields + b"\r\n" + HIDDEN


def vectors():
    te, cl = b"Transfer-Encoding: chunked\r\n", b"Content-Length: "
    lengths = [b"0, 0", b"+0", b"-1", b"0x0", b"4 4", b"9" * 23, b"", b"0;q=1", b"0.0", b"0e1", b"0,", b"\xd9\xa0", b"00",
               b"0\x0b", b"0\x00"]
    for value in lengths:
        yield post(cl + value + b"\r\n")
    yield post(cl + b"0\r\n" + cl + b"44\r\n")
    yield post(cl + b"44\r\n" + cl + b"0\r\n")
    yield post(cl + b"0\r\n" + cl + b"0\r\n")
    yield post(cl + b"5\r\n" + te, EMPTY)
    yield post(te + cl + b"5\r\n", EMPTY)
    for field in [b"Content-Length : 0", b"Content-Length\t: 0", b"Content-Length:\r\n 0", b" A: b\r\nContent-Length: 0",
                  b"A: b\r\n c\r\nContent-Length: 0", b"A: b\rContent-Length: 44\r\nContent-Length: 0",
                  b"Content-Length: 0\nA: b", b"A: b\x00\r\nContent-Length: 0", b": b\r\nContent-Length: 0",
                  b"A\r\nContent-Length: 0", b"A(b): c\r\nContent-Length: 0", b"Content_Length: 44\r\nContent-Length: 0"]:
        yield post(field + b"\r\n")
    for value in [b" chunked", b"\tchunked", b"\x0bchunked", b" chunked ", b" \"chunked\"", b" chunked, identity", b" gzip",
                  b" gzip, chunked", b" xchunked", b" chunked;q=1", b" Chunked", b" chunked,", b" chunked\x00", b" identity",
                  b"\r\n chunked", b" chunked\r\nTransfer-Encoding: chunked", b" chunked\r\nTransfer-Encoding: x"]:
        yield post(b"Transfer-Encoding:" + value + b"\r\n", EMPTY)
    yield post(b"Transfer-Encoding : chunked\r\n", EMPTY)
    for body in [b"x\r\n\r\n" + EMPTY, b"0x0\r\n\r\n", b"-1\r\n\r\n" + EMPTY, b"+0\r\n\r\n", b"f" * 17 + b"\r\n\r\n" + EMPTY,
                 b"0\n\n", b"1\r\na\n" + EMPTY, b"1\r\nab\r\n" + EMPTY, b"1;a\nb\r\n" + EMPTY, b" 0\r\n\r\n", b"0 \r\n\r\n",
                 b"0_0\r\n\r\n", b"1\r\na" + EMPTY, b"0;a=b\r\n\r\n", b"0\r\nContent-Length: 44\r\n\r\n",
                 b"1\r\n\r\n" + EMPTY]:
        yield post(te, body)
    for line in [b"GET /none HTTP/1.1\n", b"GET /none HTTP/1.9\r\n", b"GET\t/none\tHTTP/1.1\r\n", b"GET /none /b HTTP/1.1\r\n",
                 b"GET /\x00none HTTP/1.1\r\n", b"GET /none HTTP/1.1x\r\n", b"get /none HTTP/1.1\r\n", b"\r\nGET /none HTTP/1.1\r\n",
                 b"GET http://other/none HTTP/1.1\r\n"]:
        yield get(line)
    yield get(b"GET /none HTTP/1.1\r\n", b"Host: localhost\r\nHost: other\r\n")
    yield b"POST /none HTTP/1.0\r\nHost: localhost\r\n" + te + b"\r\n" + EMPTY + HIDDEN
    yield b"GET /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN
    yield b"GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + HIDDEN
    yield b"GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: Content-Length\r\nContent-Length: 44\r\n\r\n" + HIDDEN


def exchange(host, port, vector):
    received = b""
    with socket.create_connection((host, port), 5) as connection:
        connection.settimeout(1)
        connection.sendall(vector)
        try:
            while part := connection.recv(65536):
                received += part
        except OSError:
            pass
    return received.count(b"HTTP/1.1 ") + received.count(b"HTTP/1.0 ")


class Log:
    """The lines of a growing file that speak of a request."""

    def __init__(self, path, *words):
        self.file, self.words = open(path, errors="replace"), words
        self.file.seek(0, 2)

    def new(self):
        return sum(any(word in line for word in self.words) for line in self.file)


def main(host, port, proxy_path, gateway_path):
    proxy, gateway = Log(proxy_path, " passed"), Log(gateway_path, "was not served", "delivery was refused")
    count = passed = seen = smuggled = cut = 0
    for vector in vectors():
        count += 1
        answers = exchange(host, port, vector)
        time.sleep(0.2)
        one, other = proxy.new(), gateway.new()
        passed, seen = passed + one, seen + other
        # More than the proxy passed on is a request within another one; less is one whose end never came.
        if other > one:
            smuggled += 1
            print(f"SMUGGLED: the proxy passed on {one}, the gateway saw {other}, answers {answers}: {vector!r}")
        elif other < one:
            cut += 1
    print(f"vectors {count}, requests the proxy passed on {passed}, requests the gateway saw {seen} "
          f"({cut} were cut off by the proxy), smuggled {smuggled}")
    sys.exit(smuggled > 0)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
