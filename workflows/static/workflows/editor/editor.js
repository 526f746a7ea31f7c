/**
 * The editor of a workflow.
 *
 * The server draws everything; this asks it for the next state and lets the page become
 * that. Each change is a command that is posted with the revision it was made on.
 */
import { Expressions } from "./expressions.js";
import { offerFields } from "./fields.js";
import { onKey } from "./keys.js";
import { Mover } from "./mover.js";
import { repeat } from "./preview.js";
import "./rows.js";
import "./rules.js";
import { Viewer } from "./viewer.js";
import { ways } from "./ways.js";

/** Where copied nodes lie, for all workflows of this site. */
const CLIPBOARD = "wf-copied-nodes";

class WfEditor extends Viewer {
    connectedCallback() {
        super.connectedCallback();
        this.dirty = false;
        this.mover = new Mover(this);
        this.expressions = new Expressions(this);
        this.addEventListener("click", (event) => this.clicked(event));
        this.addEventListener("dblclick", (event) => {
            if (event.target.closest(".wf-node > .wf-card")) {
                this.rename();
            }
        });
        this.addEventListener("submit", (event) => this.submitted(event));
        this.addEventListener("input", (event) => this.typed(event));
        document.addEventListener("keydown", (event) => onKey(this, event));
        window.addEventListener("beforeunload", (event) => {
            if (this.dirty) {
                event.preventDefault();
            }
        });
        this.settle();
        if (this.dataset.panel) {
            this.focusDrawer();
        }
    }

    // Looking.

    get isOpen() {
        return this.classList.contains("wf-open");
    }

    settle() {
        super.settle();
        this.querySelectorAll("wf-rules, wf-rows").forEach((each) => each.settle());
        offerFields(this.querySelector("#wf-drawer .wf-settings"));
        this.querySelectorAll("[data-wf-preview]").forEach(repeat);
        this.expressions.settle();
        const paste = this.querySelector("[data-wf-do=pasteHere]");
        if (paste) {
            paste.hidden = !localStorage.getItem(CLIPBOARD);
        }
    }

    // Asking the server.

    /** Show a panel; what was typed in the one before is saved first. */
    async show(panel, options) {
        if (!this.dirty || (await this.save())) {
            await super.show(panel, options);
        }
    }

    /** How a test went is on the canvas too, until the drawer is closed. */
    changesAll(panel) {
        return panel === "tested" || (!panel && this.querySelector("[class*=wf-tested-]") !== null);
    }

    close() {
        this.dirty = false;
        super.close();
    }

    /** Send a command by its name and fields. */
    command(name, fields = {}) {
        const form = this.querySelector("#wf-command");
        if (!form) {
            return Promise.resolve(false);
        }
        const body = new FormData(form);
        const values = { command: name, panel: this.dataset.panel, ...fields };
        Object.entries(values).forEach(([each, value]) => body.set(each, value));
        return this.send(form.action, body);
    }

    save() {
        const form = this.querySelector("#wf-drawer .wf-settings");
        return form ? this.send(form.action, new FormData(form)) : Promise.resolve(true);
    }

    send(address, body) {
        return this.inTurn(() => this.post(address, body));
    }

    async post(address, body) {
        if (this.dirty && body.get("command") !== "update" && !body.has("part")) {
            const form = this.querySelector("#wf-drawer .wf-settings");
            this.dirty = false;
            if (form && !(await this.post(form.action, new FormData(form)))) {
                return false;
            }
        }
        body.set("revision", this.dataset.revision);
        const headers = { "X-Wf-Fragment": "editor" };
        const answer = await this.ask(address, { method: "POST", body, headers });
        if (!answer) {
            return false;
        }
        this.changed(answer, address, body);
        return answer.ok;
    }

    changed(answer, address, body) {
        const wasAdded = body.get("command") === "insert";
        const hadFocus = this.contains(document.activeElement) || document.activeElement === document.body;
        const inDrawer = document.activeElement?.closest("#wf-drawer") && !wasAdded;
        this.dirty = !answer.ok && Boolean(answer.page.querySelector(".wf-settings"));
        this.become(this, answer.page.querySelector("wf-editor"));
        if (answer.ok && this.dataset.focus) {
            this.current = this.dataset.focus;
        }
        const panel = this.dataset.panel;
        history.replaceState(null, "", panel ? `?panel=${encodeURIComponent(panel)}` : location.pathname);
        this.settle();
        this.offerAgain(answer, address, body);
        if (wasAdded && answer.ok) {
            this.stage.reveal(this.stop(this.current));
            this.focusDrawer();
        } else if (!answer.ok && panel) {
            this.focusDrawer();
        } else if (hadFocus && !(inDrawer && panel)) {
            this.focusOn(this.current);
        }
    }

    /** After a conflict the person has seen what changed, and may insist. */
    offerAgain(answer, address, body) {
        const button = this.querySelector("[data-wf-again]");
        if (button && answer.status === 409) {
            this.querySelectorAll("#wf-notes [hidden]").forEach((each) => { each.hidden = false; });
            button.onclick = () => this.send(address, body);
            button.focus();
        }
    }

    /** Give up what was typed, and see what the others made of it. */
    takeTheirs() {
        this.dirty = false;
        this.querySelector("#wf-notes .wf-conflict").remove();
        this.show(this.dataset.panel);
    }

    get keeping() {
        return {
            ...super.keeping,
            // Rows are the page's own; they settle by what the server gave.
            beforeNodeRemoved: (node) => !node.classList?.contains("wf-over"),
        };
    }

    // What people do.

    clicked(event) {
        if (event.ctrlKey || event.metaKey || event.shiftKey || this.mover.clicked(event)) {
            return;
        }
        const plus = event.target.closest(".wf-plus");
        const link = event.target.closest("[data-wf-panel]");
        const button = event.target.closest("[data-wf-do]");
        const card = event.target.closest(".wf-card");
        if (plus) {
            event.preventDefault();
            this.addAt(plus.closest(".wf-slot"));
        } else if (this.clickedFold(event)) {
            event.preventDefault();
        } else if (button) {
            this[button.dataset.wfDo]();
        } else if (link) {
            event.preventDefault();
            this.followed(link, event);
        } else if (card) {
            this.select(card.querySelector(".wf-card-title"));
            this.followed(card.querySelector("[data-wf-panel]"), event);
        }
    }

    submitted(event) {
        const form = event.target;
        if (form.id === "wf-enable" && this.querySelector("#wf-bar .wf-bad")) {
            event.preventDefault();
            this.show("problems");
            this.say(this.text("refused"));
            return;
        }
        if (form.hasAttribute("data-wf-plain")) {
            this.dirty = false;
            return;
        }
        event.preventDefault();
        const body = new FormData(form, event.submitter);
        if (form.classList.contains("wf-settings")) {
            this.dirty = false;
        }
        this.send(form.action, body);
    }

    typed(event) {
        if (event.target.id === "wf-add-search") {
            this.filterTypes(event.target.value);
        } else if (event.target.closest(".wf-settings")) {
            this.dirty = true;
        }
    }

    filterTypes(text) {
        const wanted = text.trim().toLocaleLowerCase();
        const form = this.querySelector(".wf-add");
        form.querySelectorAll(".wf-type").forEach((each) => {
            const words = `${each.textContent} ${each.value}`.toLocaleLowerCase();
            each.hidden = !words.includes(wanted);
        });
        form.querySelectorAll("fieldset").forEach((each) => {
            each.hidden = !each.querySelector(".wf-type:not([hidden])");
        });
        form.querySelector(".wf-none").hidden = Boolean(form.querySelector(".wf-type:not([hidden])"));
    }

    focused(event) {
        offerFields(event.target.form);
        if (!this.mover.picked) {
            super.focused(event);
        }
    }

    addAt(slot) {
        const { after, branch } = slot.dataset;
        const query = `&after=${encodeURIComponent(after)}&branch=${encodeURIComponent(branch)}`;
        this.place = { after, branch };
        return this.show("add", { query });
    }

    // What buttons and keys call.

    add() {
        const plus = document.activeElement.closest(".wf-slot");
        this.addAt(plus ?? ways.slotBehind(this, this.current));
    }

    addBefore() {
        this.addAt(ways.slotBefore(this, this.current));
    }

    /** Delete a node; what is in the first of its branches that has any may stay. */
    remove({ keeps = false } = {}) {
        if (!this.current) {
            return;
        }
        const key = this.current;
        const first = document.querySelector(`#node-${key} > .wf-branches .wf-node`);
        const keep = (keeps && first?.closest(".wf-branch").dataset.branch) || "";
        const panel = this.dataset.panel === `node:${key}` ? "" : this.dataset.panel;
        this.current = ways.neighbour(this, key);
        this.command("delete", { key, keep, panel });
    }

    duplicate() {
        if (this.current) {
            this.command("duplicate", { key: this.current });
        }
    }

    toggle() {
        if (this.current) {
            this.command("toggle", { key: this.current });
        }
    }

    undo() {
        this.command("undo");
    }

    redo() {
        this.command("redo");
    }

    async copy() {
        if (!this.current) {
            return;
        }
        const key = encodeURIComponent(this.current);
        const response = await fetch(`${this.dataset.edit}?copy=${key}`);
        if (response.ok) {
            localStorage.setItem(CLIPBOARD, await response.text());
            this.say(this.text("copied"));
            this.settle();
        } else {
            this.say(this.text("failed"));
        }
    }

    paste(place) {
        const nodes = localStorage.getItem(CLIPBOARD);
        if (!nodes) {
            this.say(this.text("nothing"));
            return;
        }
        const { after, branch } = place ?? ways.slotBehind(this, this.current).dataset;
        this.command("paste", { nodes, after, branch, panel: "" });
    }

    pasteSomewhere() {
        const nodes = localStorage.getItem(CLIPBOARD);
        if (nodes) {
            this.mover.pickCopied(nodes);
        } else {
            this.say(this.text("nothing"));
        }
    }

    pasteHere() {
        const form = this.querySelector(".wf-add");
        this.paste({ after: form.elements.after.value, branch: form.elements.branch.value });
    }

    pick() {
        this.mover.pick(this.current);
    }

    rename() {
        if (!this.current || !this.isOpen) {
            return;
        }
        const link = this.stop(this.current);
        const key = this.current;
        const input = Object.assign(document.createElement("input"), {
            className: "wf-rename",
            value: link.textContent,
            maxLength: 200,
            ariaLabel: link.textContent,
        });
        let isOver = false;
        const end = (isKept) => {
            if (isOver) {
                return;
            }
            isOver = true;
            const title = input.value;
            const isNew = title !== link.textContent;
            input.remove();
            link.hidden = false;
            this.focusOn(key);
            if (isKept && isNew) {
                this.command("rename", { key, title });
            }
        };
        input.addEventListener("keydown", (event) => {
            event.stopPropagation();
            if (event.key === "Enter" || event.key === "Escape") {
                event.preventDefault();
                end(event.key === "Enter");
            }
        });
        input.addEventListener("blur", () => end(true));
        link.hidden = true;
        link.after(input);
        input.select();
        input.focus();
    }

    /** Open what a run asks for; from there, run, or test. */
    run() {
        if (/^(run|test)(:|$)/.test(this.dataset.panel)) {
            this.querySelector("#wf-drawer .wf-ask").requestSubmit();
        } else if (document.getElementById("wf-run")) {
            this.show("run");
        }
    }

    test() {
        if (this.querySelector("#wf-bar [data-wf-panel=test]")) {
            this.show("test");
        }
    }
}

customElements.define("wf-editor", WfEditor);
