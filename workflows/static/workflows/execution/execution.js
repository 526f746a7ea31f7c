/**
 * The page of an execution: the canvas of what ran, its drawer and its timeline.
 *
 * The server draws everything. While the execution runs, this asks whether anything has
 * changed, and lets the page become what the server says.
 */
import { walk } from "../editor/keys.js";
import { Viewer } from "../editor/viewer.js";
import { Live } from "./live.js";
import { Timeline } from "./timeline.js";

/** Keys of the canvas. */
const KEYS = {
    c: (page) => page.fold(),
    "/": (page) => page.find(),
    "?": (page) => page.help(),
    "+": (page) => page.zoomIn(),
    "-": (page) => page.zoomOut(),
    0: (page) => page.fit(),
    1: (page) => page.zoomReal(),
};
const FIELDS = "input, select, textarea";
/** How thick the path is drawn. */
const THICK = 4;

/**
 * Measure the bar above a branch, from the branch itself: all of it, and the part from
 * the middle of the branch to where the branches part.
 */
function measure(branch) {
    const { offsetLeft, offsetWidth } = branch;
    const own = offsetLeft + offsetWidth / 2;
    const middle = branch.parentElement.clientWidth / 2;
    const [from, to] = [Math.min(middle, own) - THICK / 2, Math.max(middle, own) + THICK / 2];
    const left = Math.min(from, branch.previousElementSibling ? offsetLeft : own - 1);
    const right = Math.max(to, branch.nextElementSibling ? offsetLeft + offsetWidth : own + 1);
    return {
        "--wf-left": left - offsetLeft,
        "--wf-width": right - left,
        "--wf-from": from - left,
        "--wf-wide": to - from,
    };
}

class WfExecution extends Viewer {
    connectedCallback() {
        super.connectedCallback();
        this.timeline = new Timeline(this);
        this.addEventListener("click", (event) => this.clicked(event));
        this.addEventListener("submit", (event) => this.submitted(event));
        document.addEventListener("keydown", (event) => this.pressed(event));
        this.settle();
        if (this.dataset.panel) {
            this.focusDrawer();
        }
        if (this.isLive) {
            this.live = new Live(() => this.inTurn(() => this.refresh()));
        }
    }

    get isLive() {
        return this.hasAttribute("data-live");
    }

    settle() {
        if (this.hasCanvas) {
            super.settle();
            this.drawPath();
        }
        this.timeline.settle();
    }

    /** The way into a taken branch goes on above its neighbours, to where they part. */
    drawPath() {
        const measured = [...this.querySelectorAll(".wf-branch.wf-taken")].map((branch) => [branch, measure(branch)]);
        measured.forEach(([branch, lengths]) => {
            Object.entries(lengths).forEach(([name, length]) => branch.style.setProperty(name, `${length}px`));
            branch.classList.add("wf-drawn");
            branch.closest(".wf-node").classList.add("wf-parted");
        });
    }

    get keeping() {
        const { beforeAttributeUpdated, ...others } = super.keeping;
        const isDetails = (name, element) => name === "open" && element.localName === "details";
        return {
            ...others,
            beforeAttributeUpdated: (name, element) => beforeAttributeUpdated(name) && !isDetails(name, element),
        };
    }

    // Asking the server.

    async refresh() {
        const headers = { "X-Wf-Fragment": "execution", "If-None-Match": this.dataset.etag };
        const response = await fetch(location.href, { headers, cache: "no-store" });
        if (response.status === 304) {
            return "same";
        }
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const next = page.querySelector("wf-execution");
        if (!response.ok || !next) {
            this.say(this.text("failed"));
            return response.status >= 500 ? "same" : "over";
        }
        const stop = document.activeElement?.closest("#wf-stage .wf-card-title");
        this.become(this, next);
        this.settle();
        stop?.focus({ preventScroll: true });
        return this.isLive ? "changed" : "over";
    }

    async show(panel, options) {
        await super.show(panel, options);
        // The canvas may be older than the drawer: let the next question fetch both.
        this.dataset.etag = "";
    }

    close() {
        this.show("");
        if (this.hasCanvas) {
            this.focusOn(this.current);
        }
    }

    // What people do.

    clicked(event) {
        const link = event.target.closest("[data-wf-panel]");
        const button = event.target.closest("[data-wf-do]");
        if (event.ctrlKey || event.metaKey || event.shiftKey || this.clickedFold(event)) {
            return;
        }
        if (button) {
            this[button.dataset.wfDo]();
        } else if (link) {
            event.preventDefault();
            this.followed(link, event);
        }
    }

    followed(link, event) {
        if (link.classList.contains("wf-bar-label")) {
            this.timeline.select(link);
        }
        if (!this.hasCanvas || !document.getElementById(`node-${link.dataset.wfGo}`)) {
            delete link.dataset.wfGo;
        }
        super.followed(link, event);
    }

    /** Choosing a round asks for the drawer only; effects are forms as they are. */
    submitted(event) {
        if (event.target.classList.contains("wf-jump")) {
            event.preventDefault();
            const { panel, round } = event.target.elements;
            this.show(panel.value, { query: `&round=${encodeURIComponent(round.value.trim())}` });
        }
    }

    pressed(event) {
        const { target } = event;
        const isAnywhere = target === document.body;
        if (event.defaultPrevented || !(isAnywhere || this.contains(target))) {
            return;
        }
        if (this.pressedEscape(event) || this.timeline.onKey(event) || this.pressedOnCanvas(event, isAnywhere)) {
            event.preventDefault();
        }
    }

    pressedEscape(event) {
        const closes = event.key === "Escape" && Boolean(this.dataset.panel);
        if (closes) {
            this.close();
        }
        return closes;
    }

    pressedOnCanvas(event, isAnywhere) {
        const isThere = this.hasCanvas && (isAnywhere || event.target.closest("#wf-stage"));
        if (!isThere || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(FIELDS)) {
            return false;
        }
        const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
        if (key in KEYS) {
            KEYS[key](this);
            return true;
        }
        return walk(this, event);
    }

    // What buttons call.

    stretchMore() {
        this.timeline.widen(2);
    }

    stretchLess() {
        this.timeline.widen(0.5);
    }

    stretchFit() {
        this.timeline.widen(0);
    }
}

customElements.define("wf-execution", WfExecution);
