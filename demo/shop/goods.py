"""A small service that gives the goods of the shop, and a work that loads them."""

import json
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
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


#: What one euro costs.
RATES = {"USD": 1.08, "CHF": 0.96, "RUB": 98.5}
#: The store fails at so many tries of each order before it takes it.
FAILURES = 2


class Goods(BaseHTTPRequestHandler):
    """Answers `GET /get_goods` and `/get_rates`, and takes `POST /orders` at last."""

    #: How often each order was posted, by the key of the request.
    tries: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        answers = {"/get_goods": goods(), "/get_rates": {"rates": RATES}}
        found = answers.get(urlsplit(self.path).path)
        self._answer(404 if found is None else 200, found or "not found")

    def do_POST(self) -> None:
        """Fail at the first tries of an order, as busy services do."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = self.headers.get("Idempotency-Key", "")
        self.tries[key] += 1
        is_taken = self.tries[key] > FAILURES
        self._answer(201 if is_taken else 503, {"taken": is_taken})

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
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
