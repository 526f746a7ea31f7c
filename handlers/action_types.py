"""The types of handlers, and the command-variables: two readable tables."""

from handlers.actions import builtin
from handlers.actions.commands import register_command as command
from handlers.actions.contracts import register_type
from handlers.actions.http import Http
from handlers.actions.nosql import NoSql, run_simple_base
from handlers.actions.online import Online
from handlers.actions.python import Python
from handlers.actions.pythonargs import PythonArgs
from handlers.actions.pythonscript import PythonScript
from handlers.actions.set import Set
from handlers.actions.sql import Sql
from handlers.outbox import sending
from handlers.work import commands as work

register_type(Python)
register_type(PythonArgs)
register_type(PythonScript)
register_type(Http)
register_type(Online)
register_type(Sql)
register_type(NoSql)
register_type(Set)

# Commands of one handler have no order of their own, so the rank gives one: first what
# the others stand on, then works, then what people see.
command("SQLConnectDatabase", builtin.connect, 10)
command("HTTPAddAlias", builtin.add_alias, 11, is_secret=True)

command("SQLExec", builtin.sql_exec, 20)
command("SQLExecMany", builtin.sql_exec_many, 21)
command("SQLQuery", builtin.sql_query, 22)
command("RunSimpleBase", run_simple_base, 23)
command("put_", builtin.put_key, 24)
command("get_", builtin.get_key, 25)
command("del_", builtin.del_key, 26)

command("SetWorkConditions", work.set_conditions, 30)
command("SetWorkRetryIfFault", work.set_retry, 30)
command("StopWork", work.stop, 31)
command("StartWork", work.starts("StartWork"), 32)
command("StartPeriodicWork", work.starts("StartPeriodicWork"), 32)
for _name in ("StartUploadWorkRequest", "StartDownloadWorkRequest"):
    command(_name, work.starts(_name), 33, is_secret=True)

command("RunEvent", builtin.run_event, 40)
command("BackgroundCommand", builtin.background_command, 41)

command("speak", sending.text_command("speak"), 50)
command("toast", sending.text_command("toast"), 50)
command("beep", sending.beep, 50)
command("vibrate", sending.vibrate, 50)
command("basic_notification", sending.notify, 50)
command("reply_notification", sending.notify_to_reply, 50)
command("ShowScreen", sending.show_screen, 51)
command("ShowProcessScreen", sending.show_process_screen, 51)
command("RefreshScreen", sending.refresh_screen, 51)
for _name in (
    "BackScreen",
    "FinishProcess",
    "PrintPDF",
    "PrintPreview",
    "RefreshMenu",
    "SetTitle",
    "ShowDialog",
    "ShowProcessResult",
    "StartProcess",
    "StartTimer",
    "StartTimers",
    "StopTimers",
    "UpdateLayout",
    "UpdateMenu",
    "ViewPDF",
    "listen",
    "setLocale",
):
    command(_name, sending.unsupported(_name), 60)
