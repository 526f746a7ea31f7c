/**
 * A small picture of the whole canvas, to see where one is and to go elsewhere.
 *
 * It is painted and not built of elements, so that it costs nothing to a reader, and on
 * a thousand nodes next to nothing.
 */

const WIDTH = 168;
const HEIGHT = 200;
/** Workflows of so few nodes, and windows as narrow as a phone, need none. */
const FEWEST = 12;
const WIDE = matchMedia("(min-width: 768px)");

export class Minimap {
    constructor(editor) {
        this.editor = editor;
        this.observer = new ResizeObserver(() => this.settle());
        this.observer.observe(editor.querySelector("#wf-stage"));
        editor.addEventListener("scroll", () => this.follow(), { capture: true, passive: true });
        editor.addEventListener("pointerdown", (event) => this.pressed(event));
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.settle());
    }

    get element() {
        return this.editor.querySelector("#wf-map");
    }

    /** Paint anew, soon: the canvas has become another, or its size. */
    settle() {
        cancelAnimationFrame(this.planned);
        this.planned = requestAnimationFrame(() => {
            this.planned = requestAnimationFrame(() => this.paint());
        });
    }

    paint() {
        const { stage } = this.editor;
        const { scrollWidth, scrollHeight, clientWidth, clientHeight } = stage.element;
        const cards = this.editor.querySelectorAll("#wf-canvas .wf-card");
        const isAll = scrollWidth <= clientWidth && scrollHeight <= clientHeight;
        this.element.hidden = isAll || cards.length <= FEWEST || !WIDE.matches;
        if (this.element.hidden) {
            return;
        }
        this.scale = Math.min(WIDTH / scrollWidth, HEIGHT / scrollHeight);
        const canvas = this.element.querySelector("canvas");
        const dense = devicePixelRatio * this.scale;
        canvas.width = Math.ceil(scrollWidth * dense);
        canvas.height = Math.ceil(scrollHeight * dense);
        canvas.style.width = `${scrollWidth * this.scale}px`;
        canvas.style.height = `${scrollHeight * this.scale}px`;
        const brush = canvas.getContext("2d");
        brush.scale(dense, dense);
        const ground = stage.element.getBoundingClientRect();
        const [x, y] = [stage.element.scrollLeft - ground.left, stage.element.scrollTop - ground.top];
        const colours = getComputedStyle(this.element);
        brush.fillStyle = colours.color;
        const least = 1.5 / this.scale;
        cards.forEach((card) => {
            const box = card.getBoundingClientRect();
            if (box.width) {
                brush.fillRect(box.left + x, box.top + y, Math.max(box.width, least), Math.max(box.height, least));
            }
        });
        this.follow();
    }

    /** Show which part is seen. */
    follow() {
        if (this.element.hidden || !this.scale) {
            return;
        }
        const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.editor.stage.element;
        const { style } = this.element.querySelector(".wf-map-view");
        style.left = `${scrollLeft * this.scale}px`;
        style.top = `${scrollTop * this.scale}px`;
        style.width = `${clientWidth * this.scale}px`;
        style.height = `${clientHeight * this.scale}px`;
    }

    /** Where one presses or drags becomes the middle of what is seen. */
    pressed(event) {
        const map = event.target.closest("#wf-map");
        if (!map || event.button !== 0) {
            return;
        }
        event.preventDefault();
        const go = (next) => {
            const box = map.querySelector("canvas").getBoundingClientRect();
            const { element } = this.editor.stage;
            element.scrollTo(
                (next.clientX - box.left) / this.scale - element.clientWidth / 2,
                (next.clientY - box.top) / this.scale - element.clientHeight / 2,
            );
        };
        go(event);
        const watch = new AbortController();
        const { signal } = watch;
        document.addEventListener("pointermove", go, { signal });
        document.addEventListener("pointerup", () => watch.abort(), { signal });
        document.addEventListener("pointercancel", () => watch.abort(), { signal });
    }
}
