"""What every trigger type keeps to, whoever wrote it."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import translation
from django.utils.functional import Promise

from tests.conftest import NOW
from triggers.models import Listener, Schedule
from workflows import registry, services
from workflows.codec import decode, encode
from workflows.contracts import Subscription
from workflows.exceptions import InvalidDefinition
from workflows.forms import ConfigForm
from workflows.models import Execution

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "triggers.md"
#: The least that a trigger needs; one without required settings needs no line.
LEAST = {
    "schedule": {"starts_at": NOW},
    "collection": {"collection": "auth.group"},
}
#: What its manual form needs.
BY_HAND = {
    "collection": lambda: {"record": str(Group.objects.create(name="staff").pk)},
    "execution": lambda: {"execution": Execution.objects.latest("pk").pk},
}
every_type = pytest.mark.parametrize(
    "trigger", list(registry.triggers), ids=lambda trigger: trigger.type
)


@pytest.fixture(autouse=True)
def allowed(settings, db):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth"]}


@pytest.fixture
def version(trigger, make_version):
    return make_version(trigger=trigger.type, config=least(trigger))


def least(trigger):
    return LEAST.get(trigger.type, {})


def rows():
    return Listener.objects.count() + Schedule.objects.count()


@every_type
def test_least_configuration_is_valid(trigger):
    assert not list(trigger.form_class.for_config(least(trigger)).problems())


@every_type
def test_form_names_what_it_lacks(trigger):
    names = {name for name, _text in trigger.form_class.for_config({}).problems()}

    assert names <= set(trigger.form_class.base_fields)
    assert bool(names) is bool(least(trigger))


@every_type
def test_configuration_survives_the_form(trigger):
    first = trigger.form_class.for_config(least(trigger))
    assert first.is_valid()
    second = trigger.form_class.for_config(decode(encode(first.config)))
    assert second.is_valid()

    assert second.config == first.config


@every_type
def test_unknown_setting_is_refused(trigger):
    form = trigger.form_class.for_config({**least(trigger), "colour": "red"})

    assert any("colour" in text for _name, text in form.problems())


@every_type
def test_words_are_translated(trigger):
    assert isinstance(trigger.title, Promise)
    assert isinstance(trigger.description, Promise)
    for form in (trigger.form_class, trigger.manual_form_class):
        assert issubclass(form, ConfigForm)
        for name, field in form.base_fields.items():
            assert isinstance(field.label, Promise), name


@every_type
@pytest.mark.parametrize("language", ["en", "ru"])
def test_configuration_is_told_in_words(trigger, language):
    with translation.override(language):
        words = trigger.describe(least(trigger))

    assert words
    assert "%(" not in words


@every_type
def test_enabling_twice_and_disabling_leaves_nothing(version, trigger):
    services.enable(version, NOW)
    services.disable(version)
    services.enable(version, NOW)
    services.disable(version)

    assert rows() == 0


@every_type
def test_disarming_what_is_not_armed_does_no_harm(version, trigger):
    trigger.disarm(Subscription(version.workflow_id, version.pk, least(trigger)))


@every_type
def test_wrong_configuration_is_not_enabled(trigger, make_version):
    version = make_version(trigger=trigger.type, config={"colour": "red"})

    with pytest.raises(InvalidDefinition, match="colour"):
        services.enable(version, NOW)

    assert rows() == 0


@every_type
def test_changed_configuration_replaces_the_old(version, trigger):
    services.enable(version, NOW)
    before = rows()

    services.change_trigger(version, trigger.type, least(trigger), NOW)

    assert rows() == before


@every_type
def test_why_it_does_not_run_is_a_text(version, trigger):
    services.enable(version, NOW)
    subscription = Subscription(version.workflow_id, version.pk, least(trigger))

    assert isinstance(trigger.explain(subscription, NOW), str)


@every_type
def test_manual_run_gives_data_that_can_be_stored(version, trigger, run, make_version):
    run(make_version(title="Earlier"))
    given = BY_HAND.get(trigger.type, dict)()
    form = trigger.manual_form(least(trigger)).for_config(given)
    assert form.is_valid(), form.errors

    execution = run(version, form.config)

    assert decode(encode(execution.context)) == execution.context
    assert set(execution.context) >= {"date"}
    assert execution.status == "succeeded"


@every_type
def test_promised_names_are_in_the_context(version, trigger, run, make_version):
    run(make_version(title="Earlier"))
    given = BY_HAND.get(trigger.type, dict)()

    context = trigger.context(least(trigger), given, NOW)

    assert set(trigger.more_shapes(least(trigger))) <= set(context)
    shape = trigger.data_shape(least(trigger))
    assert {field.name for field in shape.fields} <= set(context.get("data") or ())


@every_type
def test_page_has_a_section(trigger):
    assert f"\n## {trigger.type}\n" in PAGE.read_text(encoding="utf-8")


def test_page_is_what_the_forms_say(capsys):
    call_command("documentnodes", triggers=True)

    assert capsys.readouterr().out == PAGE.read_text(encoding="utf-8"), (
        "Run: python manage.py documentnodes --triggers > docs/reference/triggers.md"
    )
