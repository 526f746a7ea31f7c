"""What is looked for on a page in a browser: one script for each question."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe

WIDTHS = (390, 768, 1440, 2560)

#: Runs before anything of the page.
LISTEN = """
window.wfBroken = [];
document.addEventListener("securitypolicyviolation", (event) => window.wfBroken.push(
    `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
BROKEN = "() => window.wfBroken"
WIDER = """() => {
    const page = document.scrollingElement;
    return page.scrollWidth - page.clientWidth;
}"""
#: Colours fade into each other.
SETTLED = "() => Promise.all(document.getAnimations().map((each) => each.finished))"
#: Elements that came out of texts.
INJECTED = "() => document.querySelectorAll('img[src=x], [onerror]').length"

#: Texts that are cut off at the edge of something that does not scroll.
CUT = """() => {
    const cut = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        if (!text.data.trim() || !text.parentElement.checkVisibility()) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const place = range.getBoundingClientRect();
        const holder = text.parentElement.getBoundingClientRect();
        if (place.width < 2 || place.height < 2 || holder.width < 2) continue;
        for (let around = text.parentElement; around; around = around.parentElement) {
            const style = getComputedStyle(around);
            const scrolls = /auto|scroll/.test(style.overflowX);
            if (scrolls || style.textOverflow === "ellipsis") break;
            const box = around.getBoundingClientRect();
            const hides = /hidden|clip/.test(style.overflowX) && box.width > 2;
            const edge = around === document.documentElement;
            if ((hides && (place.right > box.right + 1 || place.left < box.left - 1))
                || (edge && (place.right > innerWidth + 1 || place.right < 0))) {
                cut.push(text.data.trim().slice(0, 40));
                break;
            }
        }
    }
    return cut;
}"""

#: Texts with a turn of direction that reaches what stands beside them in the line.
TURNS = """() => {
    const turns = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        if (!/[\\u202a-\\u202e\\u2066-\\u2069]/.test(text.data)) continue;
        let around = text.parentElement;
        if (around.closest("script, style, textarea, option, title")) continue;
        while (getComputedStyle(around).display === "inline"
            && !/isolate|plaintext/.test(getComputedStyle(around).unicodeBidi)) {
            around = around.parentElement;
        }
        if (around.textContent.trim() !== text.data.trim()
            && !/isolate|plaintext/.test(getComputedStyle(around).unicodeBidi)) {
            turns.push(text.data.trim().slice(0, 40));
        }
    }
    return turns;
}"""

#: What the stock admin does wrong, not we: rule, selector, and what it is.
STOCK = [
    (
        "aria-input-field-name",
        ".select2-selection, .select2-selection__rendered",
        "select2 names its box by what is chosen, and when nothing is, not at all",
    ),
    (
        "label-title-only",
        "#searchbar",
        "the search of a list is labelled by a picture, and described by its help",
    ),
]


def faults(page: Any, *, only: tuple[str, ...] = ()) -> list[str]:
    """List what axe finds, but for the faults of the stock admin."""
    rules = {"runOnly": list(only)} if only else {}
    options = {"resultTypes": ["violations"], **rules}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
        if not _is_stock(page, rule["id"], node["target"][0])
    ]


def _is_stock(page: Any, rule: str, target: str) -> bool:
    matches = "(element, selector) => element.matches(selector)"
    return any(
        page.eval_on_selector(target, matches, selector)
        for name, selector, _why in STOCK
        if name == rule
    )


def narrow(page: Any) -> Iterator[str]:
    """List where the page is wider than its window, and what is cut off."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if more := page.evaluate(WIDER):
            yield f"{more} pixels wider than {width}"
        for text in page.evaluate(CUT):
            yield f"cut at {width}: {text!r}"
