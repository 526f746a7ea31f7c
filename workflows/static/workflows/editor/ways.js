/** Ways through the canvas: what is next to what. Only the tree itself is asked. */

const isNode = (element) => element?.classList.contains("wf-node");

/** The nodes of the line in which an item stands. */
const lineOf = (item) => item.parentElement;
const parentOf = (item) => lineOf(item).closest(".wf-node");

/** Where one arrives in a line: its first node, or the "+" of an empty one. */
function entrance(line) {
    const first = [...line.children].find(isNode);
    return first ? cardOf(first) : line.querySelector(":scope > .wf-slot > .wf-plus");
}

const cardOf = (node) => node.querySelector(":scope > .wf-card > .wf-card-title");
const linesIn = (node) => [...node.querySelectorAll(":scope > .wf-branches > .wf-branch > .wf-flow")];
const isFolded = (node) => node.classList.contains("wf-folded");

function sibling(item, step) {
    let next = item[step];
    while (next && !isNode(next)) {
        next = next[step];
    }
    return next;
}

function itemOf(stop) {
    return stop.closest(".wf-node, .wf-slot");
}

const down = (editor, stop) => {
    let item = itemOf(stop);
    if (!item) {
        return entrance(editor.querySelector(".wf-flow"));
    }
    const inner = isNode(item) && !isFolded(item) ? linesIn(item).map(entrance).find(Boolean) : null;
    if (inner) {
        return inner;
    }
    while (item) {
        const next = sibling(item, "nextElementSibling");
        if (next) {
            return cardOf(next);
        }
        item = parentOf(item);
    }
    return null;
};

const up = (editor, stop) => {
    const item = itemOf(stop);
    if (!item) {
        return null;
    }
    const previous = sibling(item, "previousElementSibling");
    if (previous) {
        return cardOf(previous);
    }
    const parent = parentOf(item);
    return parent ? cardOf(parent) : editor.stop("");
};

const aside = (step) => (_editor, stop) => {
    let branch = stop.closest(".wf-branch");
    while (branch) {
        const next = branch[step];
        const found = next && entrance(next.querySelector(".wf-flow"));
        if (found) {
            return found;
        }
        branch = branch.parentElement.closest(".wf-branch");
    }
    return null;
};

const cards = (editor) => [...editor.querySelectorAll("#wf-canvas .wf-card-title")].filter((each) => each.offsetParent);

export const ways = {
    ArrowDown: down,
    ArrowUp: up,
    ArrowLeft: aside("previousElementSibling"),
    ArrowRight: aside("nextElementSibling"),
    Home: (editor) => editor.stop(""),
    End: (editor) => cards(editor).at(-1),

    /** The place behind a node, or the first of all behind the trigger. */
    slotBehind(editor, key) {
        return key
            ? document.getElementById(`node-${key}`).nextElementSibling
            : editor.querySelector(".wf-flow > .wf-slot");
    },

    slotBefore(editor, key) {
        return key
            ? document.getElementById(`node-${key}`).previousElementSibling
            : editor.querySelector(".wf-flow > .wf-slot");
    },

    /** The key of the node that is looked at when this one is gone. */
    neighbour(editor, key) {
        const node = document.getElementById(`node-${key}`);
        const next = sibling(node, "previousElementSibling") ?? sibling(node, "nextElementSibling") ?? parentOf(node);
        return next?.dataset.key ?? "";
    },

    /** The place that a node has after a step up or down in its line. */
    stepped(key, step) {
        const node = document.getElementById(`node-${key}`);
        const other = sibling(node, step < 0 ? "previousElementSibling" : "nextElementSibling");
        if (!other) {
            return null;
        }
        return step < 0 ? other.previousElementSibling : other.nextElementSibling;
    },
};
