"""Statements: parameters are found, and what drivers read differently is refused."""

import pytest
from hypothesis import given, strategies as st

from handlers.sql import Access, SqlRefused, parse


def test_parameters_are_found_outside_of_literals():
    found = parse("SELECT '@a', \"@b\", `@c` FROM t WHERE x = @d AND y=@e", Access.READ)

    assert found.names == ("d", "e")
    assert found.text == "SELECT '@a', \"@b\", `@c` FROM t WHERE x = %s AND y=%s"


def test_percent_signs_are_kept():
    found = parse("SELECT 1 WHERE 'a%' LIKE @b AND 5 % 2 = 1", Access.READ)

    assert found.text % ("X",) == "SELECT 1 WHERE 'a%' LIKE X AND 5 % 2 = 1"


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT a@b", ()),
        ("SELECT tags @> @a", ("a",)),
        ("SELECT 'it''s', @a", ("a",)),
        ("SELECT x::int, @a::text", ("a",)),
        (" ( SELECT 1 ) ; ", ()),
        ("with x as (select @a) select @a from x", ("a", "a")),
    ],
)
def test_unusual_statements_are_understood(sql, names):
    assert parse(sql, Access.READ).names == names


REFUSED = [
    ("", "begin with one of SELECT, WITH, VALUES"),
    ("DROP TABLE a", "begin with one of"),
    ("INSERT INTO a VALUES (1)", "begin with one of"),
    ("COMMIT", "begin with one of"),
    ("PRAGMA query_only = 0", "begin with one of"),
    ("SELECT 1; COMMIT", "at character 9, it is more than one statement"),
    ("SELECT 1;;", "more than one statement"),
    ("SELECT 1 -- it's @a", "comments"),
    ("SELECT 1 /* ' */", "comments"),
    ("SELECT 1 # ' @a", "comments"),
    ("SELECT 'a\\'' , 'b @a c'", "not closed"),
    ("SELECT \\", "backslashes"),
    ("SELECT $$ ' $$, @a", "quotes of dollars"),
    ("SELECT $x$ ' $x$, @a", "quotes of dollars"),
    ("SELECT 'open", "a quote is not closed"),
    ('SELECT "open', "a quote is not closed"),
    ("SELECT `open", "a quote is not closed"),
    ("SELECT @@version", "variables of the database"),
    ("SELECT * FROM t WHERE a = {{ trigger.data }}", "no expression becomes part"),
    ("SELECT 1 INTO  OUTFILE '/tmp/a'", "must not write files"),
]


@pytest.mark.parametrize(("sql", "problem"), REFUSED)
def test_what_may_be_read_differently_is_refused(sql, problem):
    with pytest.raises(SqlRefused, match=problem):
        parse(sql, Access.READ)


@pytest.mark.parametrize("verb", ["INSERT", "update", "DELETE", "replace", "MERGE"])
def test_writes_begin_with_their_verbs(verb):
    assert parse(f"{verb} x", Access.WRITE).parts == (f"{verb} x",)


OTHERS = ["COMMIT", "BEGIN", "SET", "DROP", "TRUNCATE", "CALL", "DO", "COPY", "PRAGMA"]


@pytest.mark.parametrize("verb", OTHERS)
def test_what_ends_a_transaction_or_changes_tables_is_no_write(verb):
    with pytest.raises(SqlRefused, match="must begin with one of"):
        parse(f"{verb} x", Access.WRITE)


@given(st.lists(st.sampled_from(["'", '"', "`", "@a", " x ", "''", ",", "%"])))
def test_marks_are_never_inside_of_a_literal(pieces):
    sql = "SELECT " + "".join(pieces)
    try:
        found = parse(sql, Access.READ)
    except SqlRefused:
        return

    before = [sql[: place_of(found, number)] for number in range(len(found.names))]
    assert not any(open_quote(text) for text in before)


def place_of(statement, number):
    """Tell where a parameter stood."""
    return sum(map(len, statement.parts[: number + 1])) + len("@a") * number


def open_quote(text):
    """Read as a database does: tell the quote that is open at the end, if any."""
    inside = ""
    for sign in text:
        if inside == sign:
            inside = ""
        elif not inside and sign in "'\"`":
            inside = sign
    return inside
