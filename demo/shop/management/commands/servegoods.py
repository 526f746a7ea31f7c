"""`manage.py servegoods`: the service that the example of background work calls."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.shop.goods import HOST, PORT, server


class Command(BaseCommand):
    help = "Serve the goods of the shop, on this machine only, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=PORT, help="Where it listens.")

    def handle(self, *, port: int, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        try:
            service = server(port)
        except OSError as error:
            message = f"Port {port} cannot be used ({error.strerror})."
            raise CommandError(message) from error
        threading.Thread(target=service.serve_forever, daemon=True).start()
        self.stdout.write(f"Goods are at http://{HOST}:{port}/get_goods")
        stop.wait()
        service.shutdown()
        service.server_close()
