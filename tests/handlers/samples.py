"""Handlers as existing modules have them, unchanged."""

import json

from android import toast
from ru.travelfood.simple_ui import SimpleSQLProvider, SimpleUtilites

calls = []


def greet(hashMap, _files=None, _data=None):
    hashMap.put("greeting", "Hello " + (hashMap.get("name") or "nobody"))
    return hashMap


def forgets_to_return(hashMap, _files=None, _data=None):
    hashMap.put("seen", "yes")


def gives_a_dict(hashMap, _files=None, _data=None):
    return {"only": "this"}


def fails(hashMap, _files=None, _data=None):
    raise ValueError("no such article")


def sets_error(hashMap, _files=None, _data=None):
    hashMap.put("ErrorMessage", "not today")
    return hashMap


def recovers(hashMap, _files=None, _data=None):
    hashMap.remove("ErrorMessage")
    return hashMap


def count_call(hashMap, _files=None, _data=None):
    calls.append(hashMap.get("name"))
    return hashMap


def testargs(hashMap, first, second, third):
    hashMap.put("joined", first + "|" + second + "|" + third)
    return hashMap


def init(hashMap, _files=None, _data=None):
    hashMap.put("SQLConnectDatabase", "shop")
    hashMap.put(
        "SQLExec",
        json.dumps(
            {
                "query": "create table if not exists goods (art text, barcode text, nom text)",
                "params": "",
            }
        ),
    )
    hashMap.put(
        "HTTPAddAlias",
        json.dumps(
            {
                "alias": "long1c",
                "url": "http://127.0.0.1:3000",
                "headers": {
                    "Content-Type": "application/json; charset=utf-8",
                    "Accept": "*/*",
                },
                "basic": {"user": "ann", "password": "s3cret!"},
            }
        ),
    )
    return hashMap


def run_request_task_native(hashMap, _files=None, _data=None):
    hashMap.put("BreakHandlersIfError", "")
    workercode = [
        {"action": "run", "type": "http", "method": "GET #long1c/get_goods"},
        {"action": "run", "type": "set", "method": "SQLParameter=@ResultMessage"},
        {
            "action": "run",
            "type": "sql",
            "method": "insert into goods(art,barcode,nom) values(?,?,?)",
        },
        {"action": "run", "type": "set", "method": "speak=Данные загружены"},
    ]
    hashMap.put(
        "StartWork",
        json.dumps(
            {
                "work": workercode,
                "tag": "my_single_task",
                "retry": True,
                "conditions": "BATTERY_NOT_LOW;CHARGING;CONNECTED",
            },
            ensure_ascii=False,
        ),
    )
    return hashMap


def provider(hashMap, _files=None, _data=None):
    sql = SimpleSQLProvider()
    sql.SQLExec("create table t (a text, b text, c text)")
    hashMap.put(
        "ok",
        sql.SQLExec("insert into t values (?,?,?)", "111222,22000332323,Некий товар"),
    )
    sql.SQLExecMany(
        "insert into t values (?,?,?)", json.dumps([["1", "2", "3"], ["4", "5", "6"]])
    )
    hashMap.put("rows", sql.SQLQuery("select * from t", ""))
    hashMap.put("bad", sql.SQLExec("insert into nowhere values (1)"))
    return hashMap


def downloads(hashMap, _files=None, _data=None):
    SimpleUtilites.download("http://127.0.0.1:1/a", "", "", "a.bin", "")
    toast("on its way")
    return hashMap


def puts(hashMap, _files=None, _data=None):
    hashMap.put(hashMap.get("name"), hashMap.get("value"))
    return hashMap


def runs_itself(hashMap, _files=None, _data=None):
    hashMap.put(
        "RunEvent",
        json.dumps([{"action": "run", "type": "python", "method": "runs_itself"}]),
    )
    return hashMap


def toasts(hashMap, _files=None, _data=None):
    toast("hi")
    return hashMap


def unplugs(hashMap, _files=None, _data=None):
    from tests.handlers.device import lacks

    lacks("CHARGING")
    return hashMap


PASS = lambda: None


def takes_time(hashMap, _files=None, _data=None):
    PASS()
    return hashMap


def chance(hashMap, likely):
    """A service that fails now and then."""
    import random

    if random.Random(hashMap.get("work") + str(len(calls))).random() > float(likely):
        calls.append(1)
        raise ConnectionError("the service is down")
    return hashMap
