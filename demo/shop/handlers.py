"""Handlers as SimpleUI has them; background works call these functions by name."""

import json
from typing import Any

from demo.shop.goods import HANDLERS, TABLE, TAG


def init(hashMap: Any, _files: Any = None, _data: Any = None) -> Any:  # noqa: N803 - as SimpleUI calls it
    """Make the table of goods in the main database."""
    hashMap.put("SQLExec", json.dumps({"query": TABLE, "params": ""}))
    return hashMap


def load_goods(hashMap: Any, _files: Any = None, _data: Any = None) -> Any:  # noqa: N803 - as SimpleUI calls it
    """Start the example, in the words of SimpleUI's documentation."""
    hashMap.put("BreakHandlersIfError", "")
    work = {
        "work": HANDLERS,
        "tag": TAG,
        "retry": True,
        "conditions": "BATTERY_NOT_LOW;CHARGING;CONNECTED",
    }
    hashMap.put("StartWork", json.dumps(work, ensure_ascii=False))
    return hashMap
