/** Names and values, objects and orders as rows over a textarea with their text. */
import { chosenBeside, fieldsOf, fill, newList } from "./fields.js";
import { make, Overlay } from "./overlay.js";
import { parse, parseList, show, showList } from "./values.js";

const isText = (value) => typeof value === "string";
const TEXT = {
    takes: isText,
    fill: (input, value) => { input.value = value; },
    read: (input) => input.value.trim(),
};

/** What a cell of a column can hold, how it shows that, and how it is read. */
const CELLS = {
    text: TEXT,
    field: TEXT,
    choice: { ...TEXT, takes: (value, input) => [...input.options].some((each) => each.value === value) },
    value: {
        takes: () => true,
        fill: (input, value) => { input.value = value === "" ? "" : show(value); },
        read: (input) => parse(input.value),
    },
    list: {
        takes: () => true,
        fill: (input, value) => { input.value = showList(value); },
        read: (input) => parseList(input.value),
    },
    flag: {
        takes: (value) => typeof value === "boolean",
        fill: (input, value) => { input.checked = value; },
        read: (input) => input.checked,
    },
};

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** How what is stored becomes rows, and back; undefined: rows cannot show it. */
const STORED = {
    object: {
        apart: (element) => {
            const value = element.parsed();
            return value === null ? [] : isObject(value) ? Object.entries(value).map(([name, each]) => ({ name, value: each })) : undefined;
        },
        together: (rows) => JSON.stringify(Object.fromEntries(rows.map(({ name, value }) => [name, value]))),
    },
    list: {
        apart: (element) => {
            const value = element.parsed();
            return value === null ? [] : Array.isArray(value) && value.every(isObject) ? value : undefined;
        },
        together: (rows) => JSON.stringify(rows),
    },
    order: {
        apart: (element) => element.source.value.split(",").map((each) => each.trim()).filter(Boolean).map(
            (each) => ({ field: each.replace(/^-/, ""), direction: each.startsWith("-") ? "down" : "up" }),
        ),
        together: (rows) => rows.map(({ field, direction }) => (direction === "down" ? `-${field}` : field)).join(", "),
    },
};

class WfRows extends Overlay {
    get stored() {
        return STORED[this.dataset.stored];
    }

    get rows() {
        return [...this.box.querySelectorAll(".wf-row")];
    }

    bodyOf(model) {
        this.list = newList();
        this.list.dataset.required = this.dataset.required;
        const rows = make("div", { className: "wf-row-list" });
        rows.append(...model.map((each) => this.rowOf(each)));
        const note = make("p", { className: "wf-over-hint wf-bad", role: "status" });
        const hint = make("p", { className: "wf-quiet wf-over-hint", textContent: this.dataset.hint });
        this.fields = undefined;
        return [rows, this.part("foot"), this.list, note, hint];
    }

    rowOf(values) {
        const row = this.part("row");
        cellsOf(row).forEach(({ input, column, cell, usual }) => {
            cell.fill(input, column in values ? values[column] : usual ?? "");
            if (column === this.dataset.lead && this.dataset.fields) {
                input.setAttribute("list", this.list.id);
            }
            if (["value", "list"].includes(input.dataset.cell)) {
                this.helped(input);
            }
        });
        return row;
    }

    // Reading.

    understood() {
        const rows = this.stored.apart(this);
        const blank = cellsOf(this.part("row"));
        return rows?.every((row) => fits(row, blank)) ? rows.map((row) => said(row, blank)) : undefined;
    }

    /** The order of names does not count, and databases change it. */
    comparable(model) {
        const isFree = model && this.dataset.stored === "object";
        return isFree ? [...model].sort((a, b) => (a.name < b.name ? -1 : 1)) : model;
    }

    /** What the rows say, but for those that are not begun. */
    read() {
        const rows = this.rows.map((row) => valuesOf(row));
        return rows.filter((row) => row[this.dataset.lead]);
    }

    textOf(rows) {
        return rows.length > 0 ? this.stored.together(rows) : "";
    }

    // Writing.

    touched() {
        const names = this.read().map((row) => row[this.dataset.lead]);
        const twice = names.find((name, place) => names.indexOf(name) < place);
        this.box.querySelector("[role=status]").textContent = twice ? `${this.dataset.twice} ${twice}` : "";
        this.offerRequired();
    }

    appended(values) {
        const row = this.rowOf(values);
        this.box.querySelector(".wf-row-list").append(row);
        return row;
    }

    add() {
        this.appended({}).querySelector("input, select").focus();
    }

    drop(button) {
        button.closest(".wf-row").remove();
        this.box.querySelector("[data-wf-over=add]").focus();
        this.touched();
        this.write();
    }

    up(button) {
        const row = button.closest(".wf-row");
        row.previousElementSibling?.before(row);
        button.focus();
        this.write();
    }

    down(button) {
        const row = button.closest(".wf-row");
        row.nextElementSibling?.after(row);
        button.focus();
        this.write();
    }

    /** Add a row for each field that a record cannot be without. */
    addRequired() {
        const rows = this.missing().map(({ path }) => this.appended({ [this.dataset.lead]: path }));
        rows[0]?.querySelector("input:not([list])").focus();
        this.touched();
        this.write();
    }

    // Fields of the collection.

    async offer() {
        const { fields: kind } = this.dataset;
        if (!kind || !this.list || !this.box.contains(this.list)) {
            return;
        }
        const { list } = this;
        const label = chosenBeside(this.source);
        if (list.dataset.label === label) {
            return;
        }
        list.dataset.label = label;
        const fields = await fieldsOf(this, label, kind);
        if (list.dataset.label === label) {
            this.fields = fields;
            fill(list, fields);
            this.offerRequired();
        }
    }

    missing() {
        const names = new Set(this.read().map((row) => row[this.dataset.lead]));
        return (this.fields ?? []).filter(({ path, column, required }) => required && !names.has(path) && !names.has(column));
    }

    offerRequired() {
        const button = this.box.querySelector("[data-wf-over=addRequired]");
        if (button) {
            button.hidden = this.missing().length === 0;
        }
    }
}

/** The inputs of a row, with the column and the kind of cell of each. */
function cellsOf(row) {
    return [...row.querySelectorAll("[data-cell]")].map((input) => {
        const { column, cell, usual } = input.dataset;
        return { input, column, cell: CELLS[cell], usual: usual ? JSON.parse(usual) : undefined };
    });
}

/** Whether cells can show an object without loss. */
function fits(row, cells) {
    const known = cells.map(({ column }) => column);
    return Object.keys(row).every((name) => known.includes(name)) && cells.every(({ input, column, cell, usual }) =>
        (column in row ? cell.takes(row[column], input) : usual !== undefined));
}

/** What the cells of a row say. */
function valuesOf(row) {
    const cells = cellsOf(row);
    return said(Object.fromEntries(cells.map(({ input, column, cell }) => [column, cell.read(input)])), cells);
}

/** The values in the order of the columns, without what is meant anyway. */
function said(row, cells) {
    const isSaid = ({ column, usual }) => column in row && JSON.stringify(row[column]) !== JSON.stringify(usual);
    return Object.fromEntries(cells.filter(isSaid).map(({ column }) => [column, row[column]]));
}

customElements.define("wf-rows", WfRows);
