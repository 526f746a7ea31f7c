/** The window onto the canvas: zoom, scrolling, and branches that are folded. */

const LEAST = 0.25;
const MOST = 2;
/** So near to an edge a drag scrolls. */
const EDGE = 40;

export class Stage {
    constructor(editor) {
        this.editor = editor;
        /** What is folded is remembered, for this person and this version. */
        this.memory = `wf-folded-${editor.dataset.user}-${editor.dataset.page}`;
        this.folded = new Set(JSON.parse(localStorage.getItem(this.memory) ?? "[]"));
        this.scale = 1;
        editor.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
        editor.addEventListener("pointerdown", (event) => this.pressed(event));
    }

    get element() {
        return this.editor.querySelector("#wf-stage");
    }

    get layer() {
        return this.editor.querySelector("#wf-layer");
    }

    set zoom(scale) {
        this.scale = Math.min(Math.max(scale, LEAST), MOST);
        this.layer.style.zoom = this.scale;
        this.editor.querySelector("#wf-zoom").textContent = `${Math.round(this.scale * 100)}%`;
        this.editor.minimap?.settle();
    }

    zoomBy(factor) {
        const { element, scale } = this;
        const middle = (element.scrollTop + element.clientHeight / 2) / scale;
        this.zoom = scale * factor;
        element.scrollTop = middle * this.scale - element.clientHeight / 2;
    }

    /** Choose the largest zoom at which everything can be seen, up to the real size. */
    fit() {
        this.zoom = 1;
        // Cards out of sight have only about their size.
        this.layer.classList.add("wf-whole");
        const canvas = this.editor.querySelector("#wf-canvas");
        const { clientWidth, clientHeight } = this.element;
        const scale = Math.min(clientWidth / canvas.scrollWidth, clientHeight / canvas.scrollHeight, 1);
        this.layer.classList.remove("wf-whole");
        this.zoom = Math.floor(scale * 100) / 100;
        this.element.scrollTo(0, 0);
    }

    settle() {
        this.folded.forEach((key) => this.show(document.getElementById(`node-${key}`), true));
        if (this.scale !== 1) {
            this.zoom = this.scale;
        }
    }

    fold(key) {
        const node = key && document.getElementById(`node-${key}`);
        if (!node?.querySelector(":scope > .wf-branches")) {
            return;
        }
        const isFolded = !node.classList.contains("wf-folded");
        this.show(node, isFolded);
        this.folded[isFolded ? "add" : "delete"](key);
        localStorage.setItem(this.memory, JSON.stringify([...this.folded]));
        this.editor.minimap.settle();
    }

    /** Show or hide the branches of a node, and how many nodes are hidden. */
    show(node, isFolded) {
        const button = node?.querySelector(":scope > .wf-fold");
        if (button) {
            node.classList.toggle("wf-folded", isFolded);
            button.ariaExpanded = String(!isFolded);
            button.dataset.count = node.querySelectorAll(".wf-node").length;
        }
    }

    unfoldAround(element) {
        for (let node = element.closest(".wf-node"); node; node = node.parentElement.closest(".wf-node")) {
            if (node !== element.closest(".wf-node") && this.folded.has(node.dataset.key)) {
                this.fold(node.dataset.key);
            }
        }
    }

    /** Scroll so far that an element can be seen, and no further. */
    reveal(element) {
        this.unfoldAround(element);
        const card = element.closest(".wf-card") ?? element;
        const show = () => card.scrollIntoView({ block: "nearest", inline: "nearest" });
        show();
        // Cards on the way to it have found their sizes by then.
        requestAnimationFrame(show);
    }

    scrollAtEdges(event) {
        const box = this.element.getBoundingClientRect();
        const speed = (near, far) => (near < EDGE ? -12 : far < EDGE ? 12 : 0);
        this.element.scrollBy(
            speed(event.clientX - box.left, box.right - event.clientX),
            speed(event.clientY - box.top, box.bottom - event.clientY),
        );
    }

    wheeled(event) {
        if ((event.ctrlKey || event.metaKey) && event.target.closest("#wf-stage")) {
            event.preventDefault();
            this.zoomBy(event.deltaY < 0 ? 1.1 : 1 / 1.1);
        }
    }

    /** Dragging the ground moves the view. */
    pressed(event) {
        const isGround = event.target.closest("#wf-stage") && !event.target.closest("a, button, input, .wf-card");
        if (!isGround || event.button !== 0 || event.pointerType === "touch") {
            return;
        }
        const { element } = this;
        const start = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
        const watch = new AbortController();
        const { signal } = watch;
        document.addEventListener(
            "pointermove",
            (next) => element.scrollTo(start.x - next.clientX, start.y - next.clientY),
            { signal },
        );
        document.addEventListener("pointerup", () => watch.abort(), { signal });
        document.addEventListener("pointercancel", () => watch.abort(), { signal });
    }
}
