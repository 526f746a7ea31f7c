/**
 * Moving a node: it is picked up, the places where it may go are shown, and it is put
 * down at one. The mouse and the keyboard do the same.
 */

/** So far the mouse must go before a press becomes a drag. */
const FAR = 6;

/** Stands for nodes that are pasted; no key of a node looks like it. */
const COPIED = "#";

export class Mover {
    constructor(editor) {
        this.editor = editor;
        /** The key of the node that is picked up; COPIED for what was copied. */
        this.picked = "";
        this.dragged = false;
        editor.addEventListener("pointerdown", (event) => this.pressed(event));
    }

    get slots() {
        return [...this.editor.querySelectorAll(".wf-slot.wf-target")].filter((each) => each.offsetParent);
    }

    /** Show where a node may go: anywhere but into itself and where it is. */
    pick(key, { focus = true } = {}) {
        const node = key && document.getElementById(`node-${key}`);
        if (!node || !this.editor.isOpen) {
            return;
        }
        node.classList.add("wf-picked");
        const own = [node.previousElementSibling, node.nextElementSibling];
        this.offer(key, (slot) => (node.contains(slot) ? "inside" : own.includes(slot) && "here"));
        this.warn(`${this.editor.dataset.places}?key=${encodeURIComponent(key)}`);
        if (focus) {
            this.nearest(node)?.querySelector(".wf-plus").focus();
        }
    }

    /** Choose a place for what was copied. */
    pickCopied(nodes) {
        const stop = this.editor.stop(this.editor.current);
        const body = new FormData(this.editor.querySelector("#wf-command"));
        body.set("nodes", nodes);
        this.nodes = nodes;
        this.offer(COPIED, () => false);
        this.warn(this.editor.dataset.places, { method: "POST", body });
        this.nearest(stop.closest(".wf-node, .wf-trigger"))?.querySelector(".wf-plus").focus();
    }

    /** Make places targets; `refused` names the text that says why one is none. */
    offer(picked, refused) {
        this.picked = picked;
        this.editor.classList.add("wf-moving");
        this.editor.querySelectorAll(".wf-slot").forEach((slot) => {
            const why = refused(slot);
            slot.classList.toggle("wf-target", !why);
            if (why) {
                slot.classList.add("wf-refused");
                this.remark(slot, this.editor.text(why));
                slot.querySelector(".wf-plus").ariaDisabled = "true";
            }
        });
        this.editor.say(this.editor.text("pick"));
    }

    /** Mark the places at which it would lose what it reads, once the server says so. */
    async warn(address, options) {
        const { picked } = this;
        const response = await fetch(address, options).catch(() => null);
        const { places } = response?.ok ? await response.json() : { places: [] };
        if (this.picked !== picked) {
            return;
        }
        places.forEach(({ after, branch, reason }) => {
            const chosen = `.wf-target[data-after="${after}"][data-branch="${CSS.escape(branch)}"]`;
            const slot = this.editor.querySelector(chosen);
            if (slot) {
                slot.classList.add("wf-risky");
                this.remark(slot, reason);
            }
        });
        this.tell(document.activeElement.closest(".wf-slot"));
    }

    remark(slot, reason) {
        slot.title = reason;
        slot.querySelector(".wf-plus").setAttribute("aria-description", reason);
    }

    /** Say what is wrong with a place that is looked at. */
    tell(slot) {
        this.editor.say(slot?.classList.contains("wf-risky") ? slot.title : this.editor.text("pick"));
    }

    nearest(node) {
        const behind = this.slots.find(
            (slot) => node.compareDocumentPosition(slot) & Node.DOCUMENT_POSITION_FOLLOWING,
        );
        return behind ?? this.slots.at(-1);
    }

    drop(slot) {
        const { picked, nodes } = this;
        const { after, branch } = slot.dataset;
        this.back();
        if (picked === COPIED) {
            this.editor.command("paste", { nodes, after, branch, panel: "" });
        } else {
            this.editor.current = picked;
            this.editor.command("move", { key: picked, after, branch });
        }
    }

    /** Leave everything where it was. */
    back() {
        document.getElementById(`node-${this.picked}`)?.classList.remove("wf-picked");
        this.picked = "";
        this.editor.classList.remove("wf-moving");
        this.editor.querySelectorAll(".wf-target, .wf-refused").forEach((slot) => {
            slot.classList.remove("wf-target", "wf-refused", "wf-risky", "wf-over");
            slot.removeAttribute("title");
            const plus = slot.querySelector(".wf-plus");
            plus.removeAttribute("aria-description");
            plus.ariaDisabled = null;
        });
        this.editor.say("");
    }

    onKey(event) {
        if (!this.picked) {
            return false;
        }
        const slots = this.slots;
        const here = slots.indexOf(document.activeElement.closest(".wf-slot"));
        const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
        if (event.key in steps) {
            const next = slots[Math.min(Math.max(here + steps[event.key], 0), slots.length - 1)];
            next?.querySelector(".wf-plus").focus({ preventScroll: true });
            if (next) {
                this.editor.stage.reveal(next);
                this.tell(next);
            }
        } else if (event.key === "Escape") {
            this.back();
            this.editor.focusOn(this.editor.current);
        } else if (event.key === "Enter" && here >= 0) {
            this.drop(slots[here]);
        } else {
            return false;
        }
        event.preventDefault();
        return true;
    }

    /** A click while something is picked up puts it down, or back. */
    clicked(event) {
        if (this.dragged) {
            this.dragged = false;
            event.preventDefault();
            return true;
        }
        if (!this.picked) {
            return false;
        }
        event.preventDefault();
        const slot = event.target.closest(".wf-target");
        if (slot) {
            this.drop(slot);
        } else {
            this.back();
        }
        return true;
    }

    pressed(event) {
        const card = event.target.closest(".wf-node > .wf-card");
        const isMouse = event.pointerType !== "touch" && event.button === 0;
        this.dragged = false;
        if (!card || !isMouse || !this.editor.isOpen || this.picked || event.target.closest("input")) {
            return;
        }
        const { clientX, clientY } = event;
        const watch = new AbortController();
        const { signal } = watch;
        const moved = (next) => {
            const isFar = Math.hypot(next.clientX - clientX, next.clientY - clientY) > FAR;
            if (!this.dragged && isFar) {
                this.dragged = true;
                this.pick(card.parentElement.dataset.key, { focus: false });
            }
            if (this.dragged) {
                this.hover(next);
            }
        };
        const released = (last) => {
            watch.abort();
            if (this.dragged) {
                const slot = this.over(last);
                this.ghost?.remove();
                this.ghost = undefined;
                if (slot) {
                    this.drop(slot);
                } else {
                    this.back();
                }
                // The click that follows is none, wherever it happens.
                setTimeout(() => { this.dragged = false; });
            }
        };
        const cancelled = () => {
            watch.abort();
            this.ghost?.remove();
            this.ghost = undefined;
            if (this.picked) {
                this.back();
            }
        };
        document.addEventListener("pointermove", moved, { signal });
        document.addEventListener("pointerup", released, { signal });
        document.addEventListener("pointercancel", cancelled, { signal });
    }

    /** The target at the mouse, or the nearest that is not far away. */
    over(event) {
        const direct = document.elementFromPoint(event.clientX, event.clientY)?.closest(".wf-target");
        if (direct) {
            return direct;
        }
        const near = this.slots
            .map((slot) => {
                const box = slot.getBoundingClientRect();
                const x = event.clientX - (box.left + box.width / 2);
                const y = event.clientY - (box.top + box.height / 2);
                return { slot, distance: Math.hypot(x, y) };
            })
            .sort((a, b) => a.distance - b.distance)[0];
        return near?.distance < 70 ? near.slot : null;
    }

    hover(event) {
        if (!this.ghost) {
            const title = this.editor.stop(this.picked).textContent;
            this.ghost = Object.assign(document.createElement("div"), {
                className: "wf-ghost",
                textContent: title,
                ariaHidden: "true",
            });
            document.body.append(this.ghost);
        }
        this.ghost.style.left = `${event.clientX + 12}px`;
        this.ghost.style.top = `${event.clientY + 12}px`;
        const over = this.over(event);
        const before = this.editor.querySelector(".wf-slot.wf-over");
        if (before !== over) {
            before?.classList.remove("wf-over");
            over?.classList.add("wf-over");
            this.tell(over);
        }
        this.editor.stage.scrollAtEdges(event);
    }
}
