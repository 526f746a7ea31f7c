"""Every address of the admin of Punctual. A new page is one line here.

`about` names what the cast (`tests.admin_pages.cast`) has for the address; `see` and
`act` are the permissions for GET and, besides those, for POST.
"""

from tests.admin_pages.addresses import (
    NOBODY,
    OWNER,
    STAFF,
    SUPERUSER,
    Address,
    data,
    effect,
    elsewhere,
    page,
    stock,
)

VIEW, CHANGE = "workflows.view_workflow", "workflows.change_workflow"
RUN, ENABLE = "workflows.execute_workflow", "workflows.enable_workflow"
ADD, DELETE = "workflows.add_workflow", "workflows.delete_workflow"
RUNS, TEST = "workflows.view_execution", "workflows.test_node"
RETRY = "workflows.retry_execution"
WORKS = "handlers.view_work"

#: The pages of the stock admin around ours.
AROUND: list[Address] = [
    page("index", see=STAFF),
    page("app_list", "app", see=VIEW),
]

WORKFLOWS: list[Address] = [
    *stock("workflows_workflow", "workflow"),
    page("workflows_workflow_changelist?q=nothing-like-it", see=VIEW),
    page("workflows_workflow_dashboard", see=VIEW),
    page("workflows_workflow_calendar", see=VIEW),
    page("workflows_workflow_calendar?view=week", see=VIEW),
    page("workflows_workflow_calendar?view=day", see=VIEW),
    page("workflows_workflow_import", see=ADD, act=ADD),
    page(
        "workflows_workflow_switch",
        "switch",
        see="triggers.pause_schedules",
        act="triggers.pause_schedules",
    ),
    effect("workflows_workflow_from_template", "template", act=ADD),
    data("workflows_workflow_planned?start=2026-11-22&end=2026-11-23", "", see=VIEW),
]

VERSIONS: list[Address] = [
    elsewhere("workflows_workflowversion_changelist"),
    elsewhere("workflows_workflowversion_add"),
    page("workflows_workflowversion_change", "version", see=VIEW, act=CHANGE),
    page("workflows_workflowversion_change?panel=trigger", "version", see=VIEW),
    page("workflows_workflowversion_change?panel=node:{node}", "version", see=VIEW),
    page("workflows_workflowversion_change?panel=add", "version", see=CHANGE),
    page("workflows_workflowversion_change?panel=problems", "version", see=VIEW),
    page("workflows_workflowversion_change?panel=versions", "version", see=VIEW),
    page("workflows_workflowversion_change?panel=options", "version", see=VIEW),
    page("workflows_workflowversion_change?panel=keys", "version", see=VIEW),
    page("workflows_workflowversion_delete", "version", see=DELETE, act=DELETE),
    page("workflows_workflowversion_history", "version", see=VIEW),
    page("workflows_workflowversion_compare", "version", see=VIEW),
    elsewhere("workflows_workflowversion_run", "version", see=f"{VIEW} {RUN}", act=RUN),
    page("workflows_workflowversion_change?panel=run", "version", see=f"{VIEW} {RUN}"),
    page(
        "workflows_workflowversion_change?panel=test", "version", see=f"{VIEW} {TEST}"
    ),
    page("workflows_workflowversion_change?panel=pin:{node}", "version", see=CHANGE),
    effect("workflows_workflowversion_rehearse", "version", see=VIEW, act=TEST),
    effect("workflows_workflowversion_pin", "version", see=VIEW, act=CHANGE),
    data(
        "workflows_workflowversion_places?key={node}",
        "version",
        see=CHANGE,
        act=CHANGE,
    ),
    page("workflows_workflowversion_missed", "version", see=f"{VIEW} {RUN}", act=RUN),
    page(
        "workflows_workflowversion_test",
        "version node",
        see=f"{VIEW} {TEST}",
        act=TEST,
    ),
    data("workflows_workflowversion_preview", "version", see=VIEW, act=CHANGE),
    data("workflows_workflowversion_export", "version", see=VIEW),
    data("workflows_workflowversion_names", "version node", see=VIEW),
    data("workflows_workflowversion_fields?collection=shop.order", "version", see=VIEW),
    data("workflows_workflowversion_edit?copy={node}", "version", see=VIEW, act=CHANGE),
    effect(
        "workflows_workflowversion_try",
        "version node",
        see=VIEW,
        act=f"{CHANGE} {RUNS}",
    ),
    effect("workflows_workflowversion_enable", "version", see=VIEW, act=ENABLE),
    effect("workflows_workflowversion_disable", "version", see=VIEW, act=ENABLE),
    effect(
        "workflows_workflowversion_copy_as_version", "version", see=VIEW, act=CHANGE
    ),
    effect("workflows_workflowversion_copy_as_new", "version", see=VIEW, act=ADD),
]

EXECUTIONS: list[Address] = [
    *stock("workflows_execution", "execution", add=NOBODY, change=NOBODY),
    page("workflows_execution_changelist?status__exact=failed", see=RUNS),
    page("workflows_execution_changelist?status__exact=rejected", see=RUNS),
    page("workflows_execution_job", "execution job", see=RUNS),
    effect(
        "workflows_execution_cancel",
        "running",
        see=RUNS,
        act="workflows.cancel_execution",
    ),
    effect("workflows_execution_mend", "execution", see=RUNS, act=RETRY),
    effect("workflows_execution_mend_newest", "execution", see=RUNS, act=RETRY),
    effect(
        "workflows_execution_retry",
        "execution",
        see=RUNS,
        act=RETRY,
    ),
]

SMALL_LISTS: list[Address] = [
    *stock("workflows_category", "category"),
    *stock("workflows_worker", "worker", add=NOBODY, change=NOBODY, delete=NOBODY),
    page("workflows_worker_health", see="workflows.view_worker"),
    *stock("triggers_webhook", "webhook"),
    effect(
        "triggers_webhook_rotate",
        "webhook",
        see="triggers.view_webhook",
        act="triggers.change_webhook",
    ),
]

PEOPLE: list[Address] = [
    *stock(
        "handlers_taskshare",
        "share",
        list=STAFF,
        view=OWNER,
        change=OWNER,
        add=NOBODY,
        delete=NOBODY,
    ),
    page("handlers_taskshare_changelist?show=done", see=STAFF),
    effect("handlers_taskshare_comment", "share", see=OWNER, act=OWNER),
    effect("handlers_taskshare_hand_over", "share", see=OWNER, act=OWNER),
    *stock("handlers_humantask", "task", add=NOBODY, change=NOBODY, delete=NOBODY),
    effect(
        "handlers_humantask_remind",
        "task",
        see="handlers.view_humantask",
        act="handlers.answer_humantask",
    ),
    *stock(
        "handlers_inboxmessage",
        "message",
        list=STAFF,
        view=OWNER,
        add=NOBODY,
        change=NOBODY,
        delete=NOBODY,
    ),
]

BACKGROUND: list[Address] = [
    *stock("handlers_work", "work", add="handlers.start_work", change=NOBODY),
    effect("handlers_work_stop", "busy_work", see=WORKS, act="handlers.stop_work"),
    effect("handlers_work_stop_tag", "busy_work", see=WORKS, act="handlers.stop_work"),
    effect("handlers_work_run_now", "busy_work", see=WORKS, act="handlers.start_work"),
    effect("handlers_work_try_again", "work", see=WORKS, act="handlers.start_work"),
    *stock("handlers_notification", "notification", add=NOBODY, change=NOBODY),
    *stock("handlers_httpalias", "alias"),
    effect(
        "handlers_httpalias_test",
        "alias",
        see="handlers.view_httpalias",
        act="handlers.test_httpalias",
    ),
    *stock("handlers_sqldatabase", "database"),
    effect(
        "handlers_sqldatabase_test",
        "database",
        see="handlers.view_sqldatabase",
        act="handlers.test_sqldatabase",
    ),
    *stock("handlers_document", "document", add=NOBODY, change=NOBODY),
    *stock("handlers_apitoken", "token", add=SUPERUSER, change=NOBODY),
]

OURS = [*WORKFLOWS, *VERSIONS, *EXECUTIONS, *SMALL_LISTS, *PEOPLE, *BACKGROUND]
TABLE = [*AROUND, *OURS]
