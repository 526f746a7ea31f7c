"""What the admin pages of this app share."""

from workflows.admin.effects import EffectAdmin


class HandlersAdmin(EffectAdmin):
    """An admin of Punctual with the style sheet of this app."""

    class Media:
        css = {"all": ["handlers/works.css"]}
