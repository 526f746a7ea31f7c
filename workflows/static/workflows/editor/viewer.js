/**
 * What pages with a canvas and a drawer share: looking, walking and zooming.
 *
 * The server draws everything; this asks it for parts of the page and lets the page
 * become them.
 */
import { Idiomorph } from "./vendor/idiomorph.js";
import { Finder } from "./finder.js";
import { Minimap } from "./minimap.js";
import { Stage } from "./stage.js";

const isOfCanvas = (node) => /^wf-(node|slot|card)\b/.test(node.className);

export class Viewer extends HTMLElement {
    connectedCallback() {
        /** The key of the node that is looked at; empty is the trigger. */
        this.current = this.dataset.focus || this.dataset.panel.split("node:")[1] || "";
        this.queue = Promise.resolve();
        this.stage = new Stage(this);
        if (this.hasCanvas) {
            this.minimap = new Minimap(this);
        }
        this.finder = new Finder(this);
        document.documentElement.classList.add("wf-has-scripts");
        this.addEventListener("focusin", (event) => this.focused(event));
    }

    get hasCanvas() {
        return Boolean(this.querySelector("#wf-canvas"));
    }

    text(name) {
        return this.querySelector("#wf-texts").dataset[name];
    }

    /** The card's link of a node, or of the trigger. */
    stop(key) {
        const node = key && document.getElementById(`node-${key}`);
        return (node || this.querySelector("#wf-canvas")).querySelector(".wf-card-title");
    }

    select(stop) {
        this.querySelectorAll("#wf-stage [tabindex='0']").forEach((each) => {
            each.tabIndex = -1;
        });
        stop.tabIndex = 0;
        this.current = stop.closest(".wf-node")?.dataset.key ?? "";
    }

    focusOn(key) {
        const stop = this.stop(key);
        this.select(stop);
        stop.focus({ preventScroll: true });
        this.stage.reveal(stop);
    }

    focusDrawer() {
        const drawer = this.querySelector("#wf-drawer");
        const field = drawer.querySelector(
            "#wf-add-search, .errorlist + * input, fieldset:not([hidden]) :is(input:not([type=hidden]), select, textarea):not(:disabled)",
        );
        (field?.offsetParent ? field : drawer.querySelector("h2"))?.focus();
    }

    focused(event) {
        const stop = event.target.closest("#wf-stage .wf-card-title, #wf-stage .wf-plus");
        if (stop) {
            this.select(stop);
        }
    }

    /** Put right what the server does not know of: focus, folds, zoom. */
    settle() {
        this.select(this.stop(this.current));
        this.stage.settle();
        this.minimap.settle();
    }

    // Asking the server.

    /** Show a panel; `query` says more about what is to be in it. */
    async show(panel, { query = "", focus = true } = {}) {
        const address = `?panel=${encodeURIComponent(panel)}${query}`;
        const isWhole = this.changesAll(panel);
        const headers = { "X-Wf-Fragment": isWhole ? this.localName.replace("wf-", "") : "drawer" };
        const answer = await this.inTurn(() => this.ask(address, { headers }));
        if (!answer) {
            return;
        }
        const part = isWhole ? this.localName : "#wf-drawer";
        this.become(isWhole ? this : this.querySelector(part), answer.page.querySelector(part));
        this.dataset.panel = panel;
        history.replaceState(null, "", panel ? address : location.pathname);
        this.settle();
        if (focus && panel) {
            this.focusDrawer();
        }
    }

    /** Tell whether a panel changes more than the drawer. */
    changesAll(_panel) {
        return false;
    }

    close() {
        this.show("");
        this.focusOn(this.current);
    }

    /** Ask the server one after the other: each builds on the answer before. */
    inTurn(ask) {
        this.queue = this.queue.then(ask).catch((error) => {
            console.error(error);
            return false;
        });
        return this.queue;
    }

    /** Fetch a part of the page; undefined if there is none, which is said. */
    async ask(address, options) {
        this.setAttribute("aria-busy", "true");
        try {
            const response = await fetch(address, options);
            const page = new DOMParser().parseFromString(await response.text(), "text/html");
            if (page.querySelector(`${this.localName}, #wf-drawer`)) {
                return { ok: response.ok, status: response.status, page };
            }
            this.say(this.text("failed"));
        } catch {
            this.say(this.text("failed"));
        } finally {
            this.removeAttribute("aria-busy");
        }
        return undefined;
    }

    become(old, next) {
        Idiomorph.morph(old, next, { morphStyle: "outerHTML", callbacks: this.keeping });
    }

    /** What stays as it is when the page becomes what the server says. */
    get keeping() {
        return {
            // Of a thousand nodes one or two have changed; the browser tells them fast.
            beforeNodeMorphed: (before, after) =>
                before.id !== "wf-map" && !(isOfCanvas(before) && before.isEqualNode(after)),
            beforeAttributeUpdated: (name) => name !== "style" && name !== "aria-busy",
        };
    }

    say(text) {
        const toast = this.querySelector("#wf-toast");
        toast.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
    }

    /** Fold or unfold at the button below a card; say whether that was clicked. */
    clickedFold(event) {
        const fold = event.target.closest(".wf-fold");
        if (fold) {
            this.stage.fold(fold.closest(".wf-node").dataset.key);
        }
        return Boolean(fold);
    }

    followed(link, event) {
        const panel = link.dataset.wfPanel;
        if (link.dataset.wfGo) {
            this.current = link.dataset.wfGo;
            this.stage.reveal(this.stop(this.current));
        }
        if (!panel) {
            this.close();
            return;
        }
        const isCard = link.classList.contains("wf-card-title");
        this.show(panel, { query: link.dataset.wfQuery ?? "", focus: !isCard || event.detail === 0 });
        if (isCard && event.detail > 0) {
            this.select(link);
            link.focus({ preventScroll: true });
        }
    }

    // What buttons and keys call.

    find() {
        this.finder.open();
    }

    fold() {
        this.stage.fold(this.current);
    }

    help() {
        this.show("keys");
    }

    zoomIn() {
        this.stage.zoomBy(1.25);
    }

    zoomOut() {
        this.stage.zoomBy(0.8);
    }

    zoomReal() {
        this.stage.zoom = 1;
    }

    fit() {
        this.stage.fit();
    }
}
