/**
 * Fields of collections, offered where one is named.
 *
 * A field with `data-wf-fields` gets a list of those of the collection that its form
 * chooses: "dates", or any kind that `KINDS` knows.
 */

/** Which fields are meant; `settable` are those that workflows may write. */
const KINDS = {
    any: () => true,
    dates: ({ sort, path }) => ["date", "datetime"].includes(sort) && !path.includes("."),
    settable: ({ settable }) => settable,
    numbers: ({ settable, sort }) => settable && sort === "number",
};

/** Lists by address: asked for once. */
const known = new Map();
let count = 0;

/** Fetch the fields of a collection; none if it cannot be asked. */
export async function fieldsOf(element, label, kind = "any") {
    const page = element.closest("wf-editor")?.dataset.page;
    if (!page || !label) {
        return [];
    }
    const address = `${page.replace(/change\/$/, "")}fields/?collection=${encodeURIComponent(label)}`;
    if (!known.has(address)) {
        known.set(address, fetched(address));
    }
    return (await known.get(address)).filter(KINDS[kind]);
}

async function fetched(address) {
    try {
        const response = await fetch(address);
        return response.ok ? (await response.json()).fields : [];
    } catch {
        return [];
    }
}

/** The collection that is chosen in the form of a setting. */
export function chosenBeside(setting) {
    return setting.form?.elements[setting.name.replace(/[^-]*$/, "collection")]?.value ?? "";
}

export function newList() {
    return Object.assign(document.createElement("datalist"), { id: `wf-fields-${++count}` });
}

/** Fill a list with fields, each with its title, its kind and whether it is required. */
export function fill(list, fields) {
    const options = fields.map(({ path, title, kind, required }) => {
        const words = [title, kind, required ? list.dataset.required : ""].filter(Boolean);
        return Object.assign(document.createElement("option"), { value: path, label: words.join(" · ") });
    });
    list.replaceChildren(...options);
}

/** Offer fields in plain inputs; called whenever a form is drawn or entered. */
export function offerFields(form) {
    form?.querySelectorAll("input[data-wf-fields]").forEach(async (input) => {
        const label = chosenBeside(input);
        if (input.dataset.wfOffered === label) {
            return;
        }
        input.dataset.wfOffered = label;
        const list = input.list ?? newList();
        input.after(list);
        input.setAttribute("list", list.id);
        fill(list, await fieldsOf(input, label, input.dataset.wfFields));
    });
}
