"""A small service that gives the goods of the shop, and a work that loads them."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from demo.shop.catalogue import PRODUCTS
from handlers.actions import aliases
from handlers.actions.databases import execute
from handlers.actions.models import HttpAlias
from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from handlers.work.models import Work
from handlers.work.starting import start_work
from workflows import clock

HOST, PORT = "127.0.0.1", 8091
#: The alias as SimpleUI's documentation has it, and the tag.
ALIAS, TAG = "long1c", "load_goods"
TABLE = "create table if not exists goods (art text, barcode text, nom text)"
#: The example of SimpleUI's documentation: load goods by HTTP, insert them, speak.
HANDLERS = [
    {"action": "run", "type": "http", "method": "GET #long1c/get_goods"},
    {"action": "run", "type": "set", "method": "SQLParameter=@ResultMessage"},
    {
        "action": "run",
        "type": "sql",
        "method": "insert into goods(art,barcode,nom) values(?,?,?)",
    },
    {"action": "run", "type": "set", "method": "speak=Данные загружены"},
]


def goods() -> list[list[str]]:
    """List the goods as rows: article, barcode, name."""
    return [
        [f"A{number:03}", f"46{number:011}", product[0]]
        for number, product in enumerate(PRODUCTS, start=1)
    ]


class Goods(BaseHTTPRequestHandler):
    """Answers `GET /get_goods` with the rows as JSON."""

    def do_GET(self) -> None:
        found = urlsplit(self.path).path == "/get_goods"
        rows = goods() if found else "not found"
        body = json.dumps(rows, ensure_ascii=False).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Write no line for each request."""


def server(port: int = PORT) -> ThreadingHTTPServer:
    made = ThreadingHTTPServer((HOST, port), Goods)
    made.daemon_threads = True
    return made


def prepare(port: int = PORT) -> None:
    """Make the alias and the table that the example needs, unless they are there."""
    if not HttpAlias.objects.filter(name=ALIAS).exists():
        aliases.add({"alias": ALIAS, "url": f"http://{HOST}:{port}"})
    execute(Session(HashMap(), clock.now), TABLE)


def load() -> Work:
    """Start the example."""
    return start_work(
        HANDLERS,
        tag=TAG,
        retry=True,
        conditions="BATTERY_NOT_LOW;CHARGING;CONNECTED",
        break_if_error=True,
    )
