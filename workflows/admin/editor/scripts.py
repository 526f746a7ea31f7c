"""Addresses of the editor's modules, so that a browser fetches them all at once."""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

FOLDER = "workflows/editor"
#: What `editor.js` imports, and what that imports.
MODULES = (
    "vendor/idiomorph.js",
    "expressions.js",
    "fields.js",
    "finder.js",
    "keys.js",
    "minimap.js",
    "mover.js",
    "overlay.js",
    "preview.js",
    "rows.js",
    "rules.js",
    "stage.js",
    "values.js",
    "viewer.js",
    "ways.js",
)


def editor_modules() -> list[str]:
    """List the addresses that the imports of `editor.js` come to.

    A storage that puts hashes into names leaves imports as they are, unless it says
    that it writes them anew.
    """
    if getattr(staticfiles_storage, "support_js_module_import_aggregation", False):
        return [static(f"{FOLDER}/{name}") for name in MODULES]
    folder = static(f"{FOLDER}/editor.js").rpartition("/")[0]
    return [f"{folder}/{name}" for name in MODULES]
