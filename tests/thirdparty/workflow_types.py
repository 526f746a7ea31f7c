"""The table of somebody else's app: one line for each type."""

from tests.thirdparty.blink import Blink
from tests.thirdparty.doorbell import Doorbell
from workflows.registry import register_node, register_trigger

register_node(Blink)
register_trigger(Doorbell)
