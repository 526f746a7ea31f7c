/** The timeline: how wide time is drawn, and arrows that go from row to row. */

const MOST = 64;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Timeline {
    constructor(page) {
        this.page = page;
        this.stretch = 1;
    }

    get rows() {
        return [...this.page.querySelectorAll(".wf-bar-label")];
    }

    /** Draw time so much wider than the page; what was in the middle stays there. */
    widen(factor) {
        const scroll = this.page.querySelector(".wf-timeline-scroll");
        if (!scroll) {
            return;
        }
        const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / this.stretch;
        this.stretch = factor ? Math.min(Math.max(this.stretch * factor, 1), MOST) : 1;
        this.settle();
        scroll.scrollLeft = middle * this.stretch - scroll.clientWidth / 2;
    }

    /** Keep the width, and one tab stop. */
    settle() {
        this.page.querySelector(".wf-bars")?.style.setProperty("--wf-stretch", this.stretch);
        const rows = this.rows;
        const stop = rows.find((each) => each === document.activeElement || each.closest("li").id === this.at);
        this.select(stop ?? rows[0]);
    }

    select(stop) {
        this.rows.forEach((each) => {
            each.tabIndex = each === stop ? 0 : -1;
        });
        this.at = stop?.closest("li").id;
    }

    onKey(event) {
        const rows = this.rows;
        const here = rows.indexOf(event.target);
        const ends = { Home: rows[0], End: rows.at(-1) };
        const next = ends[event.key] ?? (event.key in STEPS ? rows[here + STEPS[event.key]] : undefined);
        if (here < 0 || !(event.key in STEPS || event.key in ends)) {
            return this.zoomed(event);
        }
        if (next) {
            this.select(next);
            next.focus();
        }
        return true;
    }

    zoomed(event) {
        const factors = { "+": 2, "-": 0.5, 0: 0 };
        if (!(event.key in factors) || !event.target.closest("#wf-timeline")) {
            return false;
        }
        this.widen(factors[event.key]);
        return true;
    }
}
