"""A real HTTP server on loopback, that does what the path says."""

import gzip
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        if self.headers.get("Content-Encoding") == "gzip":
            sent = gzip.decompress(sent)
        text = sent.decode()
        parts = urlsplit(self.path)
        step = STEPS.get(parts.path, turn if "input_direct" in parts.path else echo)
        step(
            self, {key: value[0] for key, value in parse_qs(parts.query).items()}, text
        )

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer  # noqa: N815 - names of http.server

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_args):
        pass


def echo(handler, query, body):
    headers = {name.lower(): value for name, value in handler.headers.items()}
    told = {"method": handler.command, "query": query, "headers": headers, "body": body}
    handler.server.told.append(told)
    handler.reply(200, json.dumps(told).encode(), Content_Type="application/json")


def turn(handler, _query, body):
    """Answer as a server of SimpleUI: with the stack, and what it was sent by."""
    stack = json.loads(body)["hashmap"]
    encoding = handler.headers.get("Content-Encoding", "")
    told = {"path": handler.path, "encoding": encoding, "a": "changed"}
    stack += [{"key": key, "value": value} for key, value in told.items()]
    refused = "no" if any(each["key"] == "refuse" for each in stack) else ""
    answer = {"hashmap": stack, "ErrorMessage": refused}
    handler.reply(200, json.dumps(answer).encode(), Content_Type="application/json")


def status(handler, query, _body):
    after = {"Retry_After": query["after"]} if "after" in query else {}
    handler.reply(int(query["code"]), b"sorry", Content_Type="text/plain", **after)


def redirect(handler, query, _body):
    handler.reply(int(query.get("code", 302)), Location=query["to"])


def large(handler, query, _body):
    handler.reply(200, b"x" * int(query["size"]), Content_Type="text/plain")


def bomb(handler, query, _body):
    packed = gzip.compress(b"x" * int(query["size"]))
    handler.reply(200, packed, Content_Type="text/plain", Content_Encoding="gzip")


def drip(handler, query, _body):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    try:
        for _count in range(1_000):
            handler.wfile.write(b".")
            handler.server.pause.wait(0.02)
    except OSError:
        pass


def silent(handler, query, _body):
    handler.server.pause.wait(5)


def broken(handler, query, _body):
    handler.reply(200, b"{oops", Content_Type="application/json")


def say(handler, query, _body):
    handler.reply(200, query["text"].encode(), Content_Type="application/json")


def binary(handler, query, _body):
    handler.reply(200, b"\x89PNG\xff\x00", Content_Type="image/png")


def latin(handler, query, _body):
    handler.reply(200, "Grüße".encode("latin-1"), Content_Type=query["type"])


def nul(handler, query, _body):
    handler.reply(200, b"a\0b", Content_Type="text/plain")


STEPS = {
    "/latin": latin,
    "/nul": nul,
    "/status": status,
    "/redirect": redirect,
    "/large": large,
    "/bomb": bomb,
    "/drip": drip,
    "/silent": silent,
    "/broken": broken,
    "/say": say,
    "/binary": binary,
}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, pause):
        super().__init__(("127.0.0.1", 0), Handler)
        #: What slow answers wait for; set, they end at once.
        self.pause = pause
        #: What the echo was told, the last at the end.
        self.told = []


def start(pause):
    server = Server(pause)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    return server
