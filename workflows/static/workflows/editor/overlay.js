/**
 * Something easier to edit than JSON, over the textarea that holds it.
 *
 * The textarea stays what the form sends. Each change above it is written into it; what
 * cannot be shown stays JSON. Below it are `understood` and `textOf` to read and write
 * the textarea, and `bodyOf` and `read` to build what is shown and read that.
 */
export class Overlay extends HTMLElement {
    constructor() {
        super();
        this.isJson = false;
        this.addEventListener("input", (event) => this.changed(event));
        this.addEventListener("change", (event) => this.changed(event));
        this.addEventListener("click", (event) => this.clicked(event));
        this.addEventListener("focusin", () => this.offer());
    }

    connectedCallback() {
        this.settle();
    }

    get source() {
        return this.querySelector(".wf-json textarea");
    }

    get box() {
        return this.querySelector(":scope > .wf-over");
    }

    part(name) {
        return this.querySelector(`[data-wf-part=${name}]`).content.firstElementChild.cloneNode(true);
    }

    /** Show what the textarea holds, unless it is shown already. */
    settle() {
        const model = this.isJson ? undefined : this.understood();
        const key = this.keyOf(model);
        if (!this.box || key !== this.key) {
            this.box?.remove();
            this.append(this.built(model));
            this.key = key;
        }
        this.querySelector(".wf-json").hidden = model !== undefined;
        this.helpOf().forEach((each) => (each.hidden = model !== undefined));
        this.offer();
    }

    /** The help of the setting says how its text looks; rows need none of that. */
    helpOf() {
        return this.closest(".form-row, .fieldBox")?.querySelectorAll(".help") ?? [];
    }

    keyOf(model) {
        return JSON.stringify([this.comparable(model), this.source.disabled, this.isJson, { ...this.dataset }]);
    }

    /** What is equal for two models that mean the same. */
    comparable(model) {
        return model;
    }

    built(model) {
        const box = make("section", { className: "wf-over" });
        const isShown = model !== undefined;
        const label = this.dataset[isShown ? "asJson" : "asRows"];
        const button = make("button", { type: "button", className: "wf-link wf-over-switch", textContent: label });
        button.dataset.wfOver = "turn";
        if (isShown) {
            box.append(...this.bodyOf(model));
        } else if (!this.isJson) {
            box.append(make("p", { className: "wf-quiet", textContent: this.dataset.unshown }));
        }
        box.append(button);
        if (this.source.disabled) {
            box.querySelectorAll("input, select").forEach((each) => (each.disabled = true));
            box.querySelectorAll("[data-wf-over]:not(.wf-over-switch), .wf-over-foot").forEach((each) => each.remove());
        }
        return box;
    }

    /** The value of the textarea; undefined if it cannot be read without loss. */
    parsed() {
        const text = this.source.value.trim();
        if (text === "") {
            return null;
        }
        // Long numbers would lose digits here; texts keep theirs.
        if (/\d{16}/.test(text.replace(/"(?:\\.|[^"\\])*"/g, ""))) {
            return undefined;
        }
        try {
            return JSON.parse(text);
        } catch {
            return undefined;
        }
    }

    /** Let an input of a row be helped with expressions, where the setting takes them. */
    helped(...inputs) {
        if (this.source.hasAttribute("data-wf-expression")) {
            inputs.forEach((each) => (each.dataset.wfExpression = ""));
        }
    }

    changed(event) {
        if (event.target.closest(".wf-over")) {
            this.touched(event.target);
            this.write();
        }
    }

    /** Something in a row has changed. */
    touched() {}

    /** Offer what there is to choose from. */
    offer() {}

    write() {
        const model = this.read();
        const key = this.keyOf(model);
        if (key === this.key) {
            return;
        }
        this.key = key;
        this.source.value = this.textOf(model);
        ["input", "change"].forEach((name) => this.source.dispatchEvent(new Event(name, { bubbles: true })));
    }

    clicked(event) {
        const button = event.target.closest("[data-wf-over]");
        if (button) {
            this[button.dataset.wfOver](button);
            this.closest("wf-editor")?.expressions?.settle();
        }
    }

    turn() {
        this.isJson = this.querySelector(".wf-json").hidden;
        this.settle();
        this.box.querySelector(".wf-over-switch").focus();
    }
}

export const make = (name, values) => Object.assign(document.createElement(name), values);
