import json

import pytest

from handlers.actions.models import SqlDatabase
from handlers.actions.statements import ParametersInvalid, parse, read_row, read_rows
from tests.handlers.actions.conftest import act

TABLE = "handlers_sqldatabase"
CREATE = act("sql", "create table goods (art text, barcode text, nom text)")
INSERT = act("sql", "insert into goods(art,barcode,nom) values(?,?,?)")
ALL = act("sql", "select * from goods order by art")


@pytest.mark.parametrize(
    ("sql", "rendered", "marks"),
    [
        ("select 1", "select 1", ()),
        ("values (?, ?)", "values (%s, %s)", (None, None)),
        ("x = '@name'", "x = %s", ("name",)),
        ("x = @name", "x = %s", ("name",)),
        ("x = @a and y = ?", "x = %s and y = %s", ("a", None)),
        ("x = '?'", "x = '?'", ()),
        ("x = 'it''s @a ?'", "x = 'it''s @a ?'", ()),
        ('x = "@a"', 'x = "@a"', ()),
        ("x -- ? @a\n= ?", "x -- ? @a\n= %s", (None,)),
        ("x /* ? '@a' */", "x /* ? '@a' */", ()),
        ("x like '%y%'", "x like '%%y%%'", ()),
        ("x = 'ann@example.com'", "x = 'ann@example.com'", ()),
        ("x = @@version", "x = @@version", ()),
    ],
)
def test_marks_are_found_outside_of_texts(sql, rendered, marks):
    statement = parse(sql)

    assert (statement.render("%s"), statement.marks) == (rendered, marks)


@pytest.mark.parametrize(
    ("params", "row"),
    [
        ("", []),
        (None, []),
        ("2", ["2"]),
        ("a,b", ["a", "b"]),
        ('["a,b", 2]', ["a,b", 2]),
        (["a,b", {"x": 1}], ["a,b", '{"x": 1}']),
        (5, [5]),
    ],
)
def test_one_row_of_parameters(params, row):
    assert read_row(params) == row


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        ("[[1,2],[3,4]]", [[1, 2], [3, 4]]),
        ([["a"]], [["a"]]),
        ("[['a','b']]", [["a", "b"]]),
        ("[]", []),
        ("[1,2]", None),
        ("1,2", None),
        ("", None),
    ],
)
def test_rows_of_parameters(params, rows):
    assert read_rows(params) == rows


def test_parameter_of_lists_runs_for_each_row(play):
    rows = [["1", "11", "Чай"], ["2", "22", "Кофе, молотый"]]

    ran = play(CREATE, INSERT, ALL, SQLParameter=json.dumps(rows))

    assert ran.error == ""
    assert [list(r.values()) for r in json.loads(ran["SQLResult"])] == rows
    assert ran["SQLParameter"] is None


@pytest.mark.parametrize("row", ['["1", "11", "a,b"]', "1,11,ab"])
def test_parameter_of_one_row_runs_once(play, row):
    ran = play(CREATE, INSERT, ALL, SQLParameter=row)

    assert len(json.loads(ran["SQLResult"])) == 1


def test_a_bulk_run_is_all_or_nothing(play):
    rows = json.dumps([["1", "1", "1"], ["2", "2"]])

    ran = play(CREATE, INSERT, act("set", "ErrorMessage="), ALL, SQLParameter=rows)

    assert "3 are needed, 2 are given" in ran.steps[1].error
    assert ran["SQLResult"] == "[]"


def test_a_body_that_is_no_list_is_not_inserted(play):
    ran = play(CREATE, INSERT, ALL, SQLParameter="<html>Not Found</html>")

    assert "3 are needed, 1 are given" in ran.error
    assert ran["SQLResult"] == "[]"


def test_variables_are_bound_not_pasted(play):
    evil = "x'); drop table goods; --"
    save = act("sql", "insert into goods (nom, barcode) values ('@name', @code)")

    ran = play(CREATE, save, ALL, name=evil, code="7")

    assert json.loads(ran["SQLResult"]) == [{"art": None, "barcode": "7", "nom": evil}]


def test_limit_one_puts_the_columns_into_the_stack(play):
    save = act("sql", "insert into goods values ('1', '11', 'Чай')")
    find = act("sql", "select nom, barcode from goods where art=@wanted LIMIT 1;")

    ran = play(CREATE, save, find, wanted="1")

    assert (ran["nom"], ran["barcode"]) == ("Чай", "11")


def test_an_error_raises_its_event(play):
    ran = play(
        act("sql", "select * from nowhere"),
        act("set", "seen=@SQLError", event="onSQLError"),
    )

    assert ran["seen"] == "no such table: nowhere"
    assert ran.error == "SQL error in the database 'main': no such table: nowhere"


def test_a_write_raises_its_event(play):
    ran = play(CREATE, act("set", "seen=yes", event="onSQLDataChange"))

    assert ran["seen"] == "yes"


@pytest.mark.parametrize(
    "sql",
    ["attach database '/etc/passwd' as x", "vacuum into '@file'", "detach main"],
)
def test_no_other_file_is_reached(play, sql, tmp_path):
    ran = play(act("sql", sql), file=str(tmp_path / "copy"))

    assert ran.error
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "/etc/x", "..", "a..b"])
def test_names_of_databases_are_words(play, name):
    ran = play(act("set", f"SQLConnectDatabase={name}"))

    assert "is refused" in ran.error
    assert not SqlDatabase.objects.exists()


def test_a_database_is_a_file_of_its_own(play, works):
    ran = play(
        act("set", "SQLConnectDatabase=shop"),
        CREATE,
        act("sql", "select 1 as a limit 1"),
    )

    assert (ran["a"], ran.session.database) == ("1", "shop")
    assert (works / "databases" / "shop.sqlite3").exists()


def test_a_django_database_must_be_listed(play):
    SqlDatabase.objects.create(name="", django_alias="default")

    ran = play(act("sql", "select 1"))

    assert 'Add it to WORKS["DATABASE_ALIASES"]' in ran.error


def test_a_listed_django_database_is_used(play, settings):
    settings.WORKS = {**settings.WORKS, "DATABASE_ALIASES": ["default"]}
    SqlDatabase.objects.create(name="", django_alias="default")

    ran = play(
        act(
            "sql",
            "insert into handlers_sqldatabase (name, django_alias) values (?, '')",
        ),
        act("sql", "select name from handlers_sqldatabase where name = @who limit 1"),
        SQLParameter='["100%"]',
        who="100%",
    )

    assert (ran.error, ran["name"]) == ("", "100%")


def test_without_a_folder_there_are_no_files(play, settings):
    settings.WORKS = {**settings.WORKS, "FOLDER": ""}

    assert 'Set WORKS["FOLDER"]' in play(act("sql", "select 1")).error


def test_too_few_parameters_are_told(play):
    with pytest.raises(ParametersInvalid, match="2 are needed, 1 are given"):
        parse("? ?").bind(["a"], play().session.stack)
