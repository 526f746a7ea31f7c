/**
 * Rules in and/or groups as rows over a textarea with their JSON.
 *
 * The textarea stays what the form sends. Each change of a row is written into it; what
 * rows cannot show stays JSON.
 */
import { parse, parseList, show, showList } from "./values.js";

/** Fields of collections, by address: asked for once. */
const known = new Map();
let count = 0;

class WfRules extends HTMLElement {
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
        return this.querySelector(":scope > .wf-rules-box");
    }

    get root() {
        return this.box.querySelector(".wf-rules-group");
    }

    /** Show what the textarea holds, unless the rows say the same already. */
    settle() {
        const group = this.isJson ? undefined : this.understood();
        const key = this.keyOf(group, this.isJson);
        if (!this.box || key !== this.key) {
            this.box?.remove();
            this.append(this.built(group));
            this.key = key;
        }
        this.querySelector(".wf-json").hidden = group !== undefined;
        this.offer();
    }

    keyOf(group, isJson) {
        return JSON.stringify([group, this.source.disabled, this.dataset.subject, isJson]);
    }

    built(group) {
        const box = make("section", { className: "wf-rules-box" });
        const isShown = group !== undefined;
        const label = this.dataset[isShown ? "asJson" : "asRules"];
        const button = make("button", { type: "button", className: "wf-link wf-rules-switch", textContent: label });
        button.dataset.wfRules = "turn";
        if (isShown) {
            this.list = make("datalist", { id: `wf-fields-${++count}` });
            const hint = make("p", { className: "wf-quiet wf-rules-hint", textContent: this.dataset.hint });
            box.append(this.groupOf(group), this.list, hint);
            box.querySelector(".wf-drop").remove();
        } else if (!this.isJson) {
            box.append(make("p", { className: "wf-quiet", textContent: this.dataset.unshown }));
        }
        box.append(button);
        if (this.source.disabled) {
            box.querySelectorAll("input, select").forEach((each) => (each.disabled = true));
            box.querySelectorAll(".wf-drop, .wf-rules-foot").forEach((each) => each.remove());
        }
        return box;
    }

    part(name) {
        return this.querySelector(`[data-wf-part=${name}]`).content.firstElementChild.cloneNode(true);
    }

    groupOf(group) {
        const element = this.part("group");
        element.querySelector(".wf-match").value = group.match;
        const rows = group.rules.map((each) => (each.rules ? this.groupOf(each) : this.ruleOf(each)));
        element.querySelector(".wf-rules-rows").append(...rows);
        return element;
    }

    ruleOf(rule) {
        const { subject } = this.dataset;
        const element = this.part("rule");
        const [left, value] = element.querySelectorAll("input");
        const op = element.querySelector(".wf-op");
        op.value = rule.op;
        left.ariaLabel = this.dataset[subject];
        left.value = subject === "field" ? rule.field : show(rule.left);
        if ("value" in rule) {
            value.value = takes(op) === "value" ? show(rule.value) : showList(rule.value);
        }
        if (subject === "field") {
            left.setAttribute("list", this.list.id);
        }
        const isHelped = this.source.hasAttribute("data-wf-expression");
        [value, subject === "left" && left].filter((each) => each && isHelped).forEach((each) => {
            each.dataset.wfExpression = "";
        });
        fit(element);
        return element;
    }

    // Reading.

    /** The group that the textarea holds; undefined if rows cannot show it. */
    understood() {
        const text = this.source.value.trim();
        if (text === "") {
            return { match: "all", rules: [] };
        }
        try {
            // Long numbers would lose digits here; texts keep theirs.
            const isLong = /\d{16}/.test(text.replace(/"(?:\\.|[^"\\])*"/g, ""));
            return isLong ? undefined : this.group(JSON.parse(text) ?? { rules: [] });
        } catch {
            return undefined;
        }
    }

    group({ match = "all", rules, ...rest }) {
        if (!["all", "any"].includes(match) || !Array.isArray(rules) || Object.keys(rest).length > 0) {
            throw new TypeError("no group");
        }
        return { match, rules: rules.map((each) => ("rules" in each ? this.group(each) : this.rule(each))) };
    }

    rule(rule) {
        const { subject } = this.dataset;
        const option = this.querySelector("[data-wf-part=rule]").content.querySelector(`option[value="${CSS.escape(rule.op)}"]`);
        const names = option?.dataset.takes === "nothing" ? [subject, "op"] : [subject, "op", "value"];
        const isWhole = names.every((name) => name in rule) && Object.keys(rule).length === names.length;
        if (!option || !isWhole || (subject === "field" && typeof rule.field !== "string")) {
            throw new TypeError("no rule");
        }
        return Object.fromEntries(names.map((name) => [name, rule[name]]));
    }

    read(element) {
        if (element.classList.contains("wf-rules-group")) {
            const rows = [...element.querySelector(".wf-rules-rows").children];
            return { match: element.querySelector(".wf-match").value, rules: rows.map((each) => this.read(each)) };
        }
        const [left, value] = element.querySelectorAll("input");
        const op = element.querySelector(".wf-op");
        const { subject } = this.dataset;
        const rule = { [subject]: subject === "field" ? left.value.trim() : parse(left.value), op: op.value };
        const kind = takes(op);
        return kind === "nothing" ? rule : { ...rule, value: kind === "value" ? parse(value.value) : parseList(value.value) };
    }

    // Writing.

    changed(event) {
        if (!event.target.closest(".wf-rules-box")) {
            return;
        }
        const row = event.target.closest(".wf-rule");
        if (row) {
            fit(row);
            this.limit(row);
        }
        this.write();
    }

    write() {
        const group = this.read(this.root);
        const key = this.keyOf(group, false);
        if (key === this.key) {
            return;
        }
        this.key = key;
        this.source.value = group.rules.length > 0 ? JSON.stringify(group) : "";
        ["input", "change"].forEach((name) => this.source.dispatchEvent(new Event(name, { bubbles: true })));
    }

    clicked(event) {
        const button = event.target.closest("[data-wf-rules]");
        if (button) {
            this[button.dataset.wfRules](button);
            this.closest("wf-editor")?.expressions?.settle();
        }
    }

    turn() {
        this.isJson = this.root === null ? false : !this.isJson;
        this.settle();
        this.box.querySelector(".wf-rules-switch").focus();
    }

    blank() {
        return this.ruleOf({ [this.dataset.subject]: "", op: "eq", value: "" });
    }

    added(button, row) {
        button.closest(".wf-rules-group").querySelector(".wf-rules-rows").append(row);
        row.querySelector("input").focus();
        this.write();
    }

    addRule(button) {
        this.added(button, this.blank());
    }

    addGroup(button) {
        const group = this.groupOf({ match: "any", rules: [] });
        group.querySelector(".wf-rules-rows").append(this.blank());
        this.added(button, group);
    }

    /** Take a row away, and with it the group that it leaves empty. */
    drop(button) {
        const row = button.closest(".wf-rule, .wf-rules-group");
        const group = row.parentElement.closest(".wf-rules-group");
        row.remove();
        if (group !== this.root && !group.querySelector(".wf-rule")) {
            this.drop(group.querySelector(".wf-drop"));
            return;
        }
        group.querySelector(":scope > .wf-rules-foot button").focus();
        this.write();
    }

    // Fields of the collection.

    /** The address of the fields; empty if there are none to offer. */
    get address() {
        const page = this.closest("wf-editor")?.dataset.page;
        const field = this.source.form?.elements[this.source.name.replace(/[^-]*$/, "collection")];
        const label = this.dataset.collection || field?.value;
        const isAsked = this.dataset.subject === "field" && page && label && this.root;
        return isAsked ? `${page.replace(/change\/$/, "")}fields/?collection=${encodeURIComponent(label)}` : "";
    }

    async offer() {
        const { address } = this;
        if (!address || this.list.dataset.address === address) {
            return;
        }
        const { list } = this;
        list.dataset.address = address;
        if (!known.has(address)) {
            known.set(address, fetched(address));
        }
        const fields = await known.get(address);
        if (list.dataset.address !== address) {
            return;
        }
        this.fields = fields;
        const options = fields.map(({ path, title, kind }) => make("option", { value: path, label: `${title} · ${kind}` }));
        list.replaceChildren(...options);
        this.querySelectorAll(".wf-rule").forEach((each) => this.limit(each));
    }

    /** Offer the comparisons that fit the field, if it is known. */
    limit(row) {
        const path = row.querySelector("input").value.trim();
        const ops = this.dataset.subject === "field" ? this.fields?.find((each) => each.path === path)?.ops : undefined;
        row.querySelectorAll(".wf-op option").forEach((each) => {
            each.disabled = Boolean(ops) && !ops.includes(each.value) && !each.selected;
        });
    }
}

async function fetched(address) {
    try {
        const response = await fetch(address);
        return response.ok ? (await response.json()).fields : [];
    } catch {
        return [];
    }
}

const make = (name, values) => Object.assign(document.createElement(name), values);

const takes = (op) => op.selectedOptions[0].dataset.takes;

/** Ask for a value where the comparison takes one, or for several. */
function fit(row) {
    const value = row.querySelector(".wf-value");
    const kind = takes(row.querySelector(".wf-op"));
    const input = value.querySelector("input");
    value.hidden = kind === "nothing";
    input.ariaLabel = input.dataset[kind] ?? input.dataset.one;
    input.placeholder = input.ariaLabel;
}

customElements.define("wf-rules", WfRules);
