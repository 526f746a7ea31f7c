/** Rules in and/or groups as rows over a textarea with their JSON. */
import { chosenBeside, fieldsOf, fill, newList } from "./fields.js";
import { make, Overlay } from "./overlay.js";
import { parse, parseList, show, showList } from "./values.js";

class WfRules extends Overlay {
    get root() {
        return this.box.querySelector(".wf-rules-group");
    }

    bodyOf(group) {
        this.list = newList();
        const hint = make("p", { className: "wf-quiet wf-over-hint", textContent: this.dataset.hint });
        const body = this.groupOf(group);
        body.querySelector(".wf-drop").remove();
        return [body, this.list, hint];
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
            this.helped(value);
        } else {
            this.helped(left, value);
        }
        fit(element);
        return element;
    }

    // Reading.

    understood() {
        try {
            const value = this.parsed();
            return value === undefined ? undefined : this.group(value ?? { rules: [] });
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

    read(element = this.root) {
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

    textOf(group) {
        return group.rules.length > 0 ? JSON.stringify(group) : "";
    }

    // Writing.

    touched(target) {
        const row = target.closest(".wf-rule");
        if (row) {
            fit(row);
            this.limit(row);
        }
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
        group.querySelector(":scope > .wf-over-foot button").focus();
        this.write();
    }

    // Fields of the collection.

    async offer() {
        if (this.dataset.subject !== "field" || !this.root) {
            return;
        }
        const { list } = this;
        const label = this.dataset.collection || chosenBeside(this.source);
        if (list.dataset.label === label) {
            return;
        }
        list.dataset.label = label;
        const fields = await fieldsOf(this, label);
        if (list.dataset.label !== label) {
            return;
        }
        this.fields = fields;
        fill(list, fields);
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
