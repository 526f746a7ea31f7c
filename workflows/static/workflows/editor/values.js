/**
 * Values of rules as people type them, and back without loss.
 *
 * A text that reads as a number, true, false, null or other JSON means that; in double
 * quotes it is a text. Lists are values between commas.
 */

/** Longer numbers lose digits as numbers. */
const DIGITS = 15;
const ITEM = /\s*("(?:\\.|[^"\\])*"|(?:\{\{.*?\}\}|[^,])*)\s*(,|$)/gsy;

export function parse(text) {
    const isLong = /^[-+\d.eE]+$/.test(text) && text.length > DIGITS;
    try {
        return isLong ? text : JSON.parse(text);
    } catch {
        return text;
    }
}

export function show(value) {
    const isPlain = typeof value === "string" && parse(value) === value;
    return isPlain ? value : JSON.stringify(value);
}

export function parseList(text) {
    const whole = parse(text);
    if (Array.isArray(whole) || /^\s*\{\{(?:(?!\}\}).)*\}\}\s*$/s.test(text)) {
        return whole;
    }
    const items = split(text);
    return items.length === 1 && items[0] === "" ? [] : items;
}

function split(text) {
    const items = [];
    ITEM.lastIndex = 0;
    for (let found = ITEM.exec(text); found; found = ITEM.exec(text)) {
        items.push(parse(found[1].trim()));
        if (found[2] === "") {
            break;
        }
    }
    return items;
}

/** An item with a comma needs quotes. */
function showItem(value) {
    const text = show(value);
    return split(text).length === 1 ? text : JSON.stringify(value);
}

export function showList(value) {
    if (!Array.isArray(value)) {
        return show(value);
    }
    const text = value.map(showItem).join(", ");
    return JSON.stringify(parseList(text)) === JSON.stringify(value) ? text : JSON.stringify(value);
}
