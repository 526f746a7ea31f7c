"""Private servers for the tests of this package, started when the first needs them."""

import pytest

from tests.chaos.campaign import Site
from tests.chaos.servers import Mariadb, Missing, Postgresql, Redis, Sqlite

SERVERS = {"postgresql": Postgresql, "mariadb": Mariadb, "sqlite": Sqlite}


class Servers:
    """Makes each server once, with a migrated template on it."""

    def __init__(self):
        self.running = {}
        self.templates = {}

    def server(self, make):
        try:
            return self.running.get(make) or self.running.setdefault(make, make())
        except Missing as error:
            pytest.skip(f"{make.__name__}: {error}")

    def site(self, name, broker, **variables):
        server = self.server(SERVERS[name])
        redis = self.server(Redis) if broker == "redis" else None
        if broker == "orm":
            variables["BROKER"] = "orm"
        if name not in self.templates and name != "mariadb":
            made = Site(server)
            self.templates[name] = made.name
            made.forget()
        return Site(server, self.templates.get(name, ""), redis, **variables)

    def close(self):
        for server in self.running.values():
            server.close()


@pytest.fixture(scope="session")
def servers():
    servers = Servers()
    yield servers
    servers.close()


@pytest.fixture
def make_site(servers):
    """Make a site on a database with a broker; it ends with the test."""
    made = []

    def make(database, broker="wakeup", **variables):
        made.append(servers.site(database, broker, **variables))
        return made[-1]

    yield make
    for site in made:
        site.close()
