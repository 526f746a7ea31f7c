"""Names are checked before anything runs."""

import pytest

from workflows.expressions import ScopeNames, UnknownName, check_names, compile_text

AVAILABLE = ScopeNames(nodes=frozenset({"order", "total"}))


@pytest.mark.parametrize(
    "text",
    [
        "{{ trigger.data.anything }} {{ trigger.date }} {{ trigger }}",
        "{{ nodes.order.x }} {{ nodes }} {{ nodes.total }}",
        "{{ now }} {{ vars.x }} {{ execution.id }} {{ workflow.title }}",
    ],
)
def test_known_names_pass(text):
    check_names(compile_text(text).names, AVAILABLE)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ triger.data }}", "In \"triger.data\": 'triger' .* mean 'trigger'"),
        ("{{ nodes.ordr.x }}", "no earlier node 'ordr'. Did you mean 'order'"),
        ("{{ nodes.zzz.x }}", "no earlier node 'zzz'"),
        ("{{ trigger.dat.x }}", "'trigger' has no 'dat'. Did you mean 'dat"),
        ("{{ loop.item }}", "'loop' is known only inside a loop"),
        ("{{ zzz }}", "'zzz' is unknown"),
    ],
)
def test_unknown_name_is_told_with_the_nearest(text, sentence):
    with pytest.raises(UnknownName, match=sentence):
        check_names(compile_text(text).names, AVAILABLE)


def test_loop_is_known_inside_a_loop():
    check_names({("loop", "item", "x")}, AVAILABLE.inside_loop())


def test_part_of_loop_is_checked():
    with pytest.raises(
        UnknownName, match=r"'loop' has no 'indx'. Did you mean 'index'"
    ):
        check_names({("loop", "indx")}, AVAILABLE.inside_loop())


def test_scope_names_can_be_compared_and_hashed():
    assert {AVAILABLE, ScopeNames(nodes=frozenset({"order", "total"}))} == {AVAILABLE}


def test_a_loop_in_a_loop_has_a_parent():
    check_names({("loop", "parent")}, AVAILABLE.inside_loop().inside_loop())
    with pytest.raises(UnknownName, match="'loop' has no 'parent'"):
        check_names({("loop", "parent")}, AVAILABLE.inside_loop())


def test_the_body_is_known_to_what_is_asked_in_each_round():
    around = ScopeNames(body=frozenset({"a"}))

    check_names({("nodes", "a")}, around.inside_loop())
    with pytest.raises(UnknownName, match="no earlier node 'a'"):
        check_names({("nodes", "a")}, around)
