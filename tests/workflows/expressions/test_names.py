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
