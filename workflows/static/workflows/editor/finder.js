/** A list of all nodes with a search, to jump to one. */

export class Finder {
    constructor(editor) {
        this.editor = editor;
    }

    get dialog() {
        return document.getElementById("wf-find");
    }

    open() {
        const { dialog } = this;
        const search = dialog.querySelector("input");
        search.value = "";
        search.oninput = () => this.list(search.value);
        dialog.onkeydown = (event) => this.onKey(event);
        dialog.onclick = (event) => {
            const row = event.target.closest("[data-key]");
            if (row) {
                this.jump(row.dataset.key);
            } else if (event.target === dialog) {
                dialog.close();
            }
        };
        this.list("");
        dialog.showModal();
        search.focus();
    }

    /** What the canvas shows is what can be found. */
    list(text) {
        const wanted = text.trim().toLocaleLowerCase();
        const rows = [];
        let depth = 0;
        this.editor.querySelectorAll(".wf-node").forEach((node) => {
            const card = node.querySelector(":scope > .wf-card");
            const words = `${card.textContent}`.toLocaleLowerCase();
            if (!words.includes(wanted)) {
                return;
            }
            depth = 0;
            for (let up = node.parentElement.closest(".wf-node"); up; up = up.parentElement.closest(".wf-node")) {
                depth += 1;
            }
            rows.push(this.row(node, card, depth));
        });
        this.dialog.querySelector("ul").replaceChildren(...rows);
        this.dialog.querySelector(".wf-none").hidden = rows.length > 0;
    }

    row(node, card, depth) {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.key = node.dataset.key;
        button.style.paddingInlineStart = `${12 + Math.min(depth, 8) * 14}px`;
        const title = card.querySelector(".wf-card-title").firstElementChild.cloneNode(true);
        const kind = card.querySelector(".wf-kind").cloneNode(true);
        const flags = [...card.querySelectorAll(".wf-card-flag")].map((each) => each.cloneNode(true));
        flags.forEach((each) => each.removeAttribute("id"));
        button.append(title, kind, ...flags);
        item.append(button);
        return item;
    }

    jump(key) {
        this.dialog.close();
        this.editor.focusOn(key);
    }

    onKey(event) {
        const rows = [...this.dialog.querySelectorAll("[data-key]")];
        const here = rows.indexOf(document.activeElement);
        const search = this.dialog.querySelector("input");
        if (event.key === "ArrowDown") {
            event.preventDefault();
            rows[here + 1]?.focus();
        } else if (event.key === "ArrowUp") {
            event.preventDefault();
            (rows[here - 1] ?? search).focus();
        } else if (event.key === "Enter" && document.activeElement === search) {
            event.preventDefault();
            if (rows.length) {
                this.jump(rows[0].dataset.key);
            }
        }
        event.stopPropagation();
    }
}
