"""The node types of this app, in the order of the add menu, and its works."""

from handlers.events.pollers import PruneEvents
from handlers.inbox.pollers import PruneInbox
from handlers.nodes.aggregate import Aggregate
from handlers.nodes.calculation import Calculation
from handlers.nodes.chat import Chat
from handlers.nodes.condition import Condition
from handlers.nodes.copy_to import CopyTo
from handlers.nodes.create import Create
from handlers.nodes.dates import Dates
from handlers.nodes.delay import Delay
from handlers.nodes.delete import Delete
from handlers.nodes.end import End
from handlers.nodes.function import Function
from handlers.nodes.http import Http
from handlers.nodes.json_mapping import JsonMapping
from handlers.nodes.json_query import JsonQuery
from handlers.nodes.log import Log
from handlers.nodes.lookup import Lookup
from handlers.nodes.loop import Loop
from handlers.nodes.mail import EMail
from handlers.nodes.manual import ManualTask
from handlers.nodes.output import Output
from handlers.nodes.parallel import Parallel
from handlers.nodes.query import Query
from handlers.nodes.send_event import SendEvent
from handlers.nodes.sql import Sql
from handlers.nodes.subworkflow import SubWorkflow
from handlers.nodes.switch import Switch
from handlers.nodes.template import Template
from handlers.nodes.update import Update
from handlers.nodes.variables import Variables
from handlers.nodes.wait_event import WaitEvent
from handlers.nodes.work import BackgroundWork
from handlers.people.pollers import CloseTasks, RemindPeople
from handlers.work.crew import Crew
from handlers.work.pollers import PruneWorks, RequeueWorks, WakeWorks
from workflows.registry import register_lane, register_node, register_poller

register_node(Condition)
register_node(Switch)
register_node(Loop)
register_node(Parallel)
register_node(Delay)
register_node(WaitEvent)
register_node(SendEvent)
register_node(SubWorkflow)
register_node(Output)
register_node(End)

register_node(Query)
register_node(Create)
register_node(Update)
register_node(Delete)
register_node(Aggregate)
register_node(Sql)

register_node(Variables)
register_node(Calculation)
register_node(Dates)
register_node(Template)
register_node(JsonQuery)
register_node(JsonMapping)
register_node(Lookup)

register_node(Http)
register_node(EMail)
register_node(Chat)
register_node(Function)
register_node(BackgroundWork)
register_node(Log)

register_node(ManualTask)
register_node(CopyTo)

register_lane(Crew)

register_poller(WakeWorks)
register_poller(RequeueWorks)
register_poller(PruneWorks)

register_poller(RemindPeople)
register_poller(CloseTasks)

register_poller(PruneEvents)
register_poller(PruneInbox)
