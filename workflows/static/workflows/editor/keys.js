/** The keys of the editor; what they do is listed by its help. */
import { ways } from "./ways.js";

const FIELDS = "input, select, textarea, [contenteditable]";

/** With Ctrl, or Cmd on a Mac. */
const WITH_CTRL = {
    z: (editor, event) => (event.shiftKey ? editor.redo() : editor.undo()),
    y: (editor) => editor.redo(),
    d: (editor) => editor.duplicate(),
    x: (editor) => editor.pick(),
    c: (editor) => editor.copy(),
    v: (editor, event) => (event.shiftKey ? editor.pasteSomewhere() : editor.paste()),
    k: (editor) => editor.find(),
};

/** Alone, while the canvas has the focus. */
const ALONE = {
    a: (editor, event) => (event.shiftKey ? editor.addBefore() : editor.add()),
    e: (editor) => editor.toggle(),
    c: (editor) => editor.fold(),
    F2: (editor) => editor.rename(),
    t: (editor) => editor.test(),
    Delete: (editor, event) => editor.remove({ keeps: event.shiftKey }),
    Backspace: (editor, event) => editor.remove({ keeps: event.shiftKey }),
    "/": (editor) => editor.find(),
    "?": (editor) => editor.help(),
    "+": (editor) => editor.zoomIn(),
    "-": (editor) => editor.zoomOut(),
    0: (editor) => editor.fit(),
    1: (editor) => editor.zoomReal(),
};

const CHANGES = new Set(["a", "e", "F2", "Delete", "Backspace"]);
const CHANGES_WITH_CTRL = new Set(["z", "y", "d", "x", "v"]);

export function onKey(editor, event) {
    const { target } = event;
    const isAnywhere = target === document.body;
    if (event.defaultPrevented || !(isAnywhere || editor.contains(target))) {
        return;
    }
    if (editor.mover.onKey(event) || everywhere(editor, event) || target.closest(FIELDS)) {
        return;
    }
    const onCanvas = isAnywhere || Boolean(target.closest("#wf-stage"));
    const done = act(editor, event, onCanvas) || (onCanvas && (step(editor, event) || walk(editor, event)));
    if (done) {
        event.preventDefault();
    } else if (target.closest(".wf-add")) {
        choose(editor, event);
    }
}

/** Keys that work in fields too. */
function everywhere(editor, event) {
    const isCtrl = event.ctrlKey || event.metaKey;
    if (isCtrl && event.key.toLowerCase() === "s") {
        event.preventDefault();
        if (editor.isOpen || editor.querySelector(".wf-settings button")) {
            editor.dirty = false;
            editor.save();
        }
        return true;
    }
    if (isCtrl && event.key === "Enter") {
        event.preventDefault();
        editor.run();
        return true;
    }
    if (event.key === "Escape" && editor.dataset.panel) {
        event.preventDefault();
        editor.close();
        return true;
    }
    if (event.target.id === "wf-add-search") {
        choose(editor, event);
        return true;
    }
    return false;
}

function act(editor, event, onCanvas) {
    if (event.ctrlKey || event.metaKey) {
        const key = event.key.toLowerCase();
        const isText = String(getSelection()) !== "" && key === "c";
        if (isText || (!editor.isOpen && CHANGES_WITH_CTRL.has(key)) || !(key in WITH_CTRL)) {
            return false;
        }
        WITH_CTRL[key](editor, event);
        return true;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // What is typed ahead into a panel that is still coming is no command.
    if (editor.ariaBusy === "true") {
        return true;
    }
    if (event.altKey || !onCanvas || !(key in ALONE) || (!editor.isOpen && CHANGES.has(key))) {
        return false;
    }
    ALONE[key](editor, event);
    return true;
}

/** Alt and an arrow move the node by one place. */
function step(editor, event) {
    const steps = { ArrowUp: -1, ArrowDown: 1 };
    if (!event.altKey || !(event.key in steps) || !editor.current || !editor.isOpen) {
        return false;
    }
    const place = ways.stepped(editor.current, steps[event.key]);
    if (place) {
        const { after, branch } = place.dataset;
        editor.command("move", { key: editor.current, after, branch });
    }
    return true;
}

/** The arrows go along the nodes and from branch to branch. */
export function walk(editor, event) {
    if (event.altKey || !(event.key in ways)) {
        return false;
    }
    const from = event.target.closest?.("#wf-stage a") ?? editor.stop(editor.current);
    const next = ways[event.key](editor, from);
    if (next) {
        editor.select(next);
        next.focus({ preventScroll: true });
        editor.stage.reveal(next);
    }
    return true;
}

/** In the list of types the arrows go from the search to the types and back. */
function choose(editor, event) {
    const search = editor.querySelector("#wf-add-search");
    const types = [...editor.querySelectorAll(".wf-type:not([hidden], :disabled)")];
    const here = types.indexOf(document.activeElement);
    const targets = { ArrowDown: types[here + 1], ArrowUp: types[here - 1] ?? search };
    if (event.key in targets) {
        event.preventDefault();
        targets[event.key]?.focus();
    } else if (event.key === "Enter" && document.activeElement === search) {
        event.preventDefault();
        types[0]?.click();
    }
}
