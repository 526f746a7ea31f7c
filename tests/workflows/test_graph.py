import pytest
from hypothesis import given, strategies as st

from workflows import graph
from workflows.graph import schema


def line(*nodes):
    return {"schema": 1, "nodes": list(nodes)}


def node(key, **branches):
    return {"key": key, "type": "t", **({"branches": branches} if branches else {})}


TREE = line(node("a"), node("b", yes=[node("c"), node("d")], no=[]), node("e"))


def keys(definition):
    return [each["key"] for each in graph.walk(definition)]


def test_walk_goes_into_branches_before_it_goes_on():
    assert keys(TREE) == ["a", "b", "c", "d", "e"]


def test_nodes_of_a_branch_know_what_ran_before_it():
    assert graph.before(TREE, "d") == ["a", "b", "c"]


def test_a_branch_is_not_certain_to_have_run():
    assert graph.before(TREE, "e") == ["a", "b"]


def test_the_last_node_of_a_branch_leads_out_of_it():
    assert graph.plan(TREE).steps["d"].next == "e"


def test_a_branch_without_nodes_leads_on():
    assert graph.plan(TREE).steps["b"].after("no") == "e"


def test_a_branch_leads_to_its_first_node():
    assert graph.plan(TREE).steps["b"].after("yes") == "c"


def test_insert_puts_a_node_behind_another():
    assert keys(graph.insert(TREE, node("x"), after="c")) == list("abcxde")


def test_insert_puts_a_node_first_into_a_branch():
    assert keys(graph.insert(TREE, node("x"), after="b", branch="no")) == list("abcdxe")


def test_insert_without_a_place_puts_a_node_first():
    assert keys(graph.insert(TREE, node("x"))) == list("xabcde")


def test_remove_takes_branches_along():
    assert keys(graph.remove(TREE, "b")) == ["a", "e"]


def test_remove_may_keep_a_branch():
    assert keys(graph.remove(TREE, "b", keep="yes")) == list("acde")


def test_an_unknown_key_is_a_key_error():
    with pytest.raises(KeyError, match="zzz"):
        graph.find(TREE, "zzz")


def test_a_new_key_is_the_type_until_that_is_taken():
    definition = line(node("update"), node("update_2"))

    assert graph.new_key(definition, "update") == "update_3"


def test_a_new_key_is_always_allowed():
    definition = line({"key": graph.new_key(line(), "9 Ä-!"), "type": "t"})

    assert graph.check(definition) == []


@given(st.sampled_from(list("abcde")), st.sampled_from(list("abcde")))
def test_edits_leave_the_document_they_start_from_alone(first, second):
    graph.insert(TREE, node("x"), after=first)
    graph.remove(TREE, second)
    graph.replace(TREE, first, title="changed")

    assert keys(TREE) == list("abcde")
    assert all("title" not in each for each in graph.walk(TREE))


@given(st.sampled_from(list("abcde")))
def test_remove_undoes_insert(place):
    added = graph.insert(TREE, node("x"), after=place)

    assert graph.remove(added, "x") == TREE


@pytest.mark.parametrize(
    ("definition", "culprit"),
    [
        (None, "None"),
        ({}, "schema"),
        ({"schema": 2, "nodes": []}, "schema"),
        (line({"key": "A B", "type": "t"}), "A B"),
        (line({"key": "a"}), "type"),
        (line({"key": "a", "type": "t", "colour": 1}), "colour"),
        (line(node("a"), node("a")), "'a' is used by 2"),
        (line({"key": "a", "type": "t", "branches": []}), "branches"),
    ],
)
def test_what_is_wrong_with_a_definition_is_named(definition, culprit):
    assert culprit in " ".join(graph.check(definition))


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["", "A", "a\n"]),
    st.just({"attempts": 0}), st.just([{}]),
)  # fmt: skip
RIGHT = {
    "key": "a", "type": "t", "title": "T", "note": "N", "disabled": True,
    "config": {}, "timeout": 5, "on_error": "continue", "retry": {"attempts": 2},
    "branches": {"yes": [node("b")]},
}  # fmt: skip
NAMES = st.sampled_from([*RIGHT, "colour"])


@given(st.sets(NAMES), st.dictionaries(NAMES, ODD, max_size=2), st.booleans())
def test_the_fast_look_takes_nothing_that_the_schema_refuses(absent, odd, inside):
    kept = {name: value for name, value in RIGHT.items() if name not in absent}
    changed = {**kept, **odd}
    definition = line(node("c", no=[changed]) if inside else changed)

    refused = any(schema._VALIDATOR.iter_errors(definition))
    assert not (schema.plainly_right(definition) and refused)


def test_the_fast_look_takes_what_is_right():
    assert schema.plainly_right(line(RIGHT, node("c", no=[])))


def test_endless_nesting_is_a_sentence_too():
    definition = line(node("a0"))
    inner = definition["nodes"]
    for number in range(1, 3000):
        inner[0]["branches"] = {"yes": [node(f"a{number}")]}
        inner = inner[0]["branches"]["yes"]

    assert "nested too deeply" in " ".join(graph.check(definition))


LOOPS = {
    "schema": 1,
    "nodes": [
        {
            "key": "outer",
            "type": "loop",
            "branches": {
                "body": [
                    {"key": "in", "type": "echo"},
                    {"key": "inner", "type": "loop", "branches": {"body": []}},
                ]
            },
        },
        {"key": "last", "type": "echo"},
    ],
}


def test_the_end_of_a_body_is_the_node_that_loops():
    steps = graph.plan(LOOPS, {"loop"}).steps

    assert (steps["inner"].next, steps["outer"].next) == ("outer", "last")
    assert steps["in"].next == "inner"


def test_branches_of_other_types_are_no_bodies():
    assert graph.plan(LOOPS).steps["inner"].next == "last"


def test_the_nodes_around_a_node_are_named_from_outside():
    assert [node["key"] for node in graph.around(LOOPS, "inner")] == ["outer"]
    assert graph.around(LOOPS, "last") == []


def test_nothing_is_around_what_does_not_exist():
    with pytest.raises(KeyError, match="nope"):
        graph.around(LOOPS, "nope")
