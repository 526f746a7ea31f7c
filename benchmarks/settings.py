"""The settings of benchmarks: the project's, with nodes that only measure."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as OURS, WORKFLOWS as GIVEN

INSTALLED_APPS = [*OURS, "benchmarks.nodes"]
#: Loopback is what calls are measured with; nothing is started besides.
WORKFLOWS = {
    **GIVEN,
    "COLLECTIONS": ["shop"],
    "HTTP_ALLOWED_HOSTS": ["127.0.0.0/8"],
    "UP": [],
}
