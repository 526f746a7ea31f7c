/** Asks again and again while something may change, and never while nobody looks. */

/** Milliseconds until the next question: at first, and at most. */
const SOON = 2000;
const LATE = 60000;
/** So often nothing may have changed before the questions become rarer, and how fast. */
const PATIENCE = 5;
const GROWTH = 1.5;

export class Live {
    /** @param {() => Promise<"changed" | "same" | "over">} ask */
    constructor(ask) {
        this.ask = ask;
        this.timer = 0;
        this.unchanged = 0;
        this.isOver = false;
        this.isAsking = false;
        this.watch = new AbortController();
        document.addEventListener("visibilitychange", () => this.looked(), { signal: this.watch.signal });
        this.plan();
    }

    get rest() {
        const grown = SOON * GROWTH ** Math.max(0, this.unchanged - PATIENCE);
        return Math.min(grown, LATE);
    }

    plan() {
        clearTimeout(this.timer);
        if (!this.isOver && !document.hidden) {
            this.timer = setTimeout(() => this.tick(), this.rest);
        }
    }

    /** Who comes back wants to see what is there now. */
    looked() {
        clearTimeout(this.timer);
        if (!document.hidden && !this.isOver) {
            this.unchanged = 0;
            this.tick();
        }
    }

    async tick() {
        if (this.isAsking) {
            return;
        }
        this.isAsking = true;
        const answer = await this.ask().catch(() => "same");
        this.isAsking = false;
        this.unchanged = answer === "changed" ? 0 : this.unchanged + 1;
        if (answer === "over") {
            this.stop();
        }
        this.plan();
    }

    stop() {
        this.isOver = true;
        this.watch.abort();
    }
}
