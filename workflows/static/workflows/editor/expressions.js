/**
 * Help with expressions: names to choose from, and what the expression would give.
 *
 * A field with `data-wf-expression` gets a button, and a list while a name is typed
 * between braces. The names come once for each node that is opened.
 */

const REST = 350;
const MOST = 60;

export class Expressions {
    constructor(editor) {
        this.editor = editor;
        this.names = null;
        this.key = "";
        editor.addEventListener("input", (event) => this.typed(event));
        editor.addEventListener("keydown", (event) => this.pressed(event), true);
        editor.addEventListener("focusout", (event) => this.left(event));
        editor.addEventListener("mousedown", (event) => this.chosen(event));
    }

    get form() {
        return this.editor.querySelector("#wf-drawer .wf-settings");
    }

    /** Give the fields of a drawer that has just been drawn their buttons. */
    settle() {
        const key = this.form?.elements.key?.value ?? "";
        if (key !== this.key) {
            this.key = key;
            this.names = null;
        }
        const { pickValue } = this.editor.querySelector("#wf-texts").dataset;
        this.form?.querySelectorAll("[data-wf-expression]:not(:disabled)").forEach((field) => {
            if (field.parentElement.querySelector(".wf-pick")) {
                return;
            }
            const button = Object.assign(document.createElement("button"), {
                type: "button",
                className: "wf-pick",
                textContent: "{{ }}",
                title: pickValue,
                ariaLabel: pickValue,
            });
            button.addEventListener("click", () => {
                field.focus();
                this.open(field, "");
            });
            field.before(button);
            this.tryLater(field);
        });
    }

    address(what) {
        return `${this.editor.dataset.page.replace(/change\/$/, "")}nodes/${this.key}/${what}/`;
    }

    /** Fetch the names of this node once. */
    load() {
        this.names ??= this.editor.inTurn(async () => {
            const response = await fetch(this.address("names"));
            return response.ok ? (await response.json()).names : [];
        });
        return this.names;
    }

    // The list.

    typed(event) {
        const field = event.target;
        if (!field.matches("[data-wf-expression]")) {
            return;
        }
        this.tryLater(field);
        const word = wordAt(field);
        if (word) {
            this.open(field, word, () => wordAt(field) === word);
        } else {
            this.close();
        }
    }

    async open(field, word, isWanted = () => true) {
        const names = await this.load();
        if (document.activeElement !== field || !isWanted()) {
            return;
        }
        const wanted = word.toLowerCase();
        const fits = names.filter(
            (name) => name.path.toLowerCase().includes(wanted) || name.title.toLowerCase().includes(wanted),
        );
        this.close();
        if (fits.length === 0 || (fits.length === 1 && fits[0].path === word)) {
            return;
        }
        const list = Object.assign(document.createElement("ul"), { className: "wf-names", id: "wf-names", role: "listbox" });
        list.ariaLabel = this.editor.querySelector("#wf-texts").dataset.pickValue;
        list.append(...fits.slice(0, MOST).map(row));
        field.after(list);
        field.setAttribute("aria-controls", "wf-names");
        this.field = field;
        this.mark(0);
    }

    close() {
        document.getElementById("wf-names")?.remove();
        this.field?.removeAttribute("aria-activedescendant");
        this.field?.removeAttribute("aria-controls");
        if (this.field) {
            this.tryLater(this.field);
        }
        this.field = undefined;
    }

    mark(place) {
        const rows = [...document.querySelectorAll("#wf-names [role=option]")];
        this.place = Math.min(Math.max(place, 0), rows.length - 1);
        rows.forEach((each, index) => each.setAttribute("aria-selected", String(index === this.place)));
        rows[this.place].scrollIntoView({ block: "nearest" });
        this.field.setAttribute("aria-activedescendant", rows[this.place].id);
    }

    pressed(event) {
        if (!this.field || event.target !== this.field) {
            return;
        }
        const steps = { ArrowDown: 1, ArrowUp: -1 };
        if (event.key in steps) {
            this.mark(this.place + steps[event.key]);
        } else if (event.key === "Enter" || event.key === "Tab") {
            this.insert(document.querySelector("#wf-names [aria-selected=true]").dataset.path);
        } else if (event.key === "Escape") {
            this.close();
        } else {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
    }

    chosen(event) {
        const option = event.target.closest("#wf-names [role=option]");
        if (option) {
            event.preventDefault();
            this.insert(option.dataset.path);
        }
    }

    left(event) {
        if (event.target === this.field) {
            this.close();
        }
    }

    insert(path) {
        const { field } = this;
        const word = wordAt(field);
        const end = field.selectionEnd;
        if (word === null) {
            field.setRangeText(`{{ ${path} }}`, field.selectionStart, end, "end");
        } else {
            const isOpen = !/^\s*\}\}/.test(field.value.slice(end));
            field.setRangeText(`${path}${isOpen ? " }}" : ""}`, end - word.length, end, "end");
        }
        this.close();
        field.dispatchEvent(new Event("change", { bubbles: true }));
        this.editor.dirty = true;
        this.tryLater(field);
    }

    // The result.

    tryLater(field) {
        clearTimeout(field.wfTimer);
        field.wfTimer = setTimeout(() => this.editor.inTurn(() => this.try(field)), REST);
    }

    async try(field) {
        if (this.field === field) {
            return;
        }
        const isAsked = field.value.includes("{{") && field.offsetParent && this.editor.isOpen;
        let output = field.parentElement?.querySelector(".wf-result");
        if (!isAsked) {
            output?.remove();
            return;
        }
        const body = new FormData(this.editor.querySelector("#wf-command"));
        body.set("text", field.value);
        const response = await fetch(this.address("try"), { method: "POST", body });
        if (!response.ok || !field.isConnected) {
            output?.remove();
            return;
        }
        const { text, kind } = await response.json();
        output = field.parentElement.querySelector(".wf-result");
        if (!output) {
            output = Object.assign(document.createElement("output"), { className: "wf-result" });
            field.after(output);
        }
        output.dataset.kind = kind;
        output.textContent = text;
    }
}

/** The name that is being typed between braces; null outside of them. */
function wordAt(field) {
    const before = field.value.slice(0, field.selectionEnd);
    const start = before.lastIndexOf("{{");
    if (start < 0 || before.indexOf("}}", start) >= 0) {
        return null;
    }
    return /[\p{L}\p{N}_.[\]]*$/u.exec(before)[0];
}

function row(name, index) {
    const option = document.createElement("li");
    option.role = "option";
    option.id = `wf-name-${index}`;
    option.dataset.path = name.path;
    const path = Object.assign(document.createElement("code"), { textContent: name.path, dir: "ltr" });
    const said = [name.title, name.kind].filter(Boolean).join(" · ");
    const title = Object.assign(document.createElement("span"), { textContent: said, className: "wf-quiet" });
    const sample = Object.assign(document.createElement("bdi"), { textContent: name.sample, className: "wf-sample wf-text" });
    option.append(path, title, sample);
    return option;
}
