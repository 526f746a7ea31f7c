"""Run the Python blocks of a page as the modules that their first lines name."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```python\n# (\S+\.py)\n(.*?)```", re.DOTALL)


class Page:
    """The modules of a how-to, all in one package that exists only here."""

    #: What a test takes out of its page.
    blink: Any
    listener: Any
    paid: Any

    def __init__(self, name):
        self.blocks = dict(BLOCK.findall((DOCS / name).read_text("utf-8")))
        self.modules: dict[str, Any] = {}
        [self.package] = {path.split("/")[0] for path in self.blocks}
        sys.modules[self.package] = ModuleType(self.package)

    def execute(self, path):
        module = ModuleType(path.removesuffix(".py").replace("/", "."))
        sys.modules[module.__name__] = self.modules[path] = module
        exec(compile(self.blocks[path], path, "exec"), vars(module))  # noqa: S102 - our own page
        return module

    def forget(self):
        for name in list(sys.modules):
            if name.split(".")[0] == self.package:
                del sys.modules[name]
