"""A small mail server on loopback: it refuses and breaks off as addresses say."""

from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any


class Handler(StreamRequestHandler):
    server: Any

    def handle(self):
        self.say("220 loopback")
        self.recipients = []
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "DATA":
                self.take()
            else:
                self.say(self.answer(verb, line))

    def answer(self, verb, line):
        if verb == "MAIL FROM" and "nobody@" in line:
            return "553 5.1.8 Who are you?"
        if verb != "RCPT TO":
            return "250 ok"
        address = line[line.index("<") + 1 : line.index(">")]
        refusals = {"gone": "550 5.1.1 No such user.", "busy": "450 4.2.1 Try later."}
        name = address.split("@")[0]
        if name not in refusals:
            self.recipients.append(address)
        return refusals.get(name, "250 ok")

    def take(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.taken.append((self.recipients, b"".join(lines).decode()))
        self.say("250 taken")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class Server(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        #: The recipients and the text of each message.
        self.taken = []


def start():
    server = Server()
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    return server
