/**
 * Builds a handler array beside the JSON of it; both always show the same.
 *
 * `<textarea data-wf-handlers>` holds the JSON that is sent, `<div data-wf-builder>` in
 * the same form gets the rows. Without scripts the JSON alone does.
 */
const TYPES = ["http", "sql", "set", "python", "pythonargs", "nosql", "online", "pythonscript"];
const ACTIONS = ["run", "runasync", "runprogress"];
const ORDER = ["event", "listener", "action", "type", "method", "postExecute", "alias"];

/** @param {HTMLElement} builder */
function build(builder) {
    const words = builder.dataset;
    const source = builder.closest("form").querySelector("[data-wf-handlers]");
    let rows = [];

    function read() {
        try {
            const given = JSON.parse(source.value || "[]");
            if (!Array.isArray(given) || !given.every((row) => row && typeof row === "object")) {
                throw new TypeError("no list of objects");
            }
            rows = given;
            draw();
        } catch {
            builder.replaceChildren(paragraph(words.wrong, "wf-builder-wrong"));
        }
    }

    function write() {
        const sorted = rows.map((row) => {
            const keys = [...ORDER, ...Object.keys(row).filter((key) => !ORDER.includes(key))];
            const kept = keys.filter((key) => row[key] !== undefined && row[key] !== "");
            return Object.fromEntries(kept.map((key) => [key, row[key]]));
        });
        source.value = JSON.stringify(sorted, null, 2);
    }

    function paragraph(text, name) {
        const shown = document.createElement("p");
        shown.className = name;
        shown.textContent = text;
        return shown;
    }

    function labelled(text, control, across = false) {
        const label = document.createElement("label");
        label.append(text, control);
        label.classList.toggle("wf-across", across);
        return label;
    }

    function chosen(row, key, options) {
        const select = document.createElement("select");
        const value = row[key] || options[0];
        for (const each of options.includes(value) ? options : [value, ...options]) {
            select.add(new Option(each, each, false, each === value));
        }
        select.addEventListener("change", () => {
            row[key] = select.value;
            write();
            if (key === "type") {
                draw();
            }
        });
        return select;
    }

    function typed(row, key, lines, hint = "") {
        const field = document.createElement(lines ? "textarea" : "input");
        const value = row[key] ?? "";
        field.value = typeof value === "string" ? value : JSON.stringify(value, null, 2);
        field.placeholder = hint;
        field.spellcheck = false;
        field.dir = "ltr";
        if (lines) {
            field.rows = lines;
        }
        field.addEventListener("input", () => {
            row[key] = key === "postExecute" ? nested(field.value) : field.value;
            write();
        });
        return field;
    }

    /** An array in `postExecute` is shown as an array, and a half-typed one as text. */
    function nested(text) {
        try {
            return text.trim() ? JSON.parse(text) : "";
        } catch {
            return text;
        }
    }

    function button(text, label, act, disabled = false) {
        const made = document.createElement("button");
        made.type = "button";
        made.textContent = text;
        made.setAttribute("aria-label", label);
        made.title = label;
        made.disabled = disabled;
        made.addEventListener("click", act);
        return made;
    }

    function changed(act, focus) {
        return () => {
            act();
            write();
            draw();
            builder.querySelectorAll(".wf-row")[focus]?.querySelector("select").focus();
        };
    }

    function move(from, to) {
        return changed(() => rows.splice(to, 0, ...rows.splice(from, 1)), to);
    }

    function drawn(row, index) {
        const shown = document.createElement("div");
        shown.className = "wf-row";
        shown.setAttribute("role", "group");
        const name = `${words.handler} ${index + 1}`;
        shown.setAttribute("aria-label", name);
        const head = document.createElement("div");
        head.className = "wf-row-head";
        const title = document.createElement("strong");
        title.textContent = name;
        const last = rows.length - 1;
        head.append(
            title,
            button("↑", `${words.up}: ${name}`, move(index, index - 1), index === 0),
            button("↓", `${words.down}: ${name}`, move(index, index + 1), index === last),
            button("×", `${words.remove}: ${name}`, changed(() => rows.splice(index, 1), index)),
        );
        const fields = document.createElement("div");
        fields.className = "wf-row-fields";
        const type = row.type || TYPES[0];
        const hint = words[`hint${type[0].toUpperCase()}${type.slice(1)}`] ?? "";
        fields.append(
            labelled(words.type, chosen(row, "type", TYPES)),
            labelled(words.action, chosen(row, "action", ACTIONS)),
            labelled(words.method, typed(row, "method", 2, hint), true),
        );
        const more = document.createElement("details");
        more.open = Boolean(row.event || row.listener || row.postExecute);
        const summary = document.createElement("summary");
        summary.textContent = words.more;
        const others = document.createElement("div");
        others.className = "wf-row-fields";
        others.append(
            labelled(words.event, typed(row, "event", 0, "onHandlerError")),
            labelled(words.listener, typed(row, "listener", 0)),
            labelled(words.post, typed(row, "postExecute", 3, "[]"), true),
        );
        more.append(summary, others);
        shown.append(head, fields, more);
        return shown;
    }

    function draw() {
        const add = document.createElement("button");
        add.type = "button";
        add.className = "wf-button";
        add.textContent = words.add;
        const fresh = { action: "run", type: "set", method: "" };
        add.addEventListener("click", changed(() => rows.push(fresh), rows.length));
        const empty = rows.length ? [] : [paragraph(words.empty, "wf-quiet")];
        builder.replaceChildren(...empty, ...rows.map(drawn), add);
    }

    source.addEventListener("input", read);
    read();
}

document.querySelectorAll("[data-wf-builder]").forEach(build);
