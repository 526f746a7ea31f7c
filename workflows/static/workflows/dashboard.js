/**
 * Keeps the dashboard up to date: asks every ten seconds while somebody looks, and is
 * answered with 304 while nothing has changed.
 */
import { Idiomorph } from "./editor/vendor/idiomorph.js";

const PERIOD = 10_000;
const board = document.getElementById("wf-board");
let etag = board.dataset.wfEtag;

async function refresh() {
    try {
        const headers = { "X-Wf-Fragment": "board", "If-None-Match": etag };
        const answer = await fetch(location.href, { headers, cache: "no-store" });
        if (answer.status === 200 && !answer.redirected) {
            etag = answer.headers.get("ETag");
            Idiomorph.morph(board, await answer.text(), { morphStyle: "innerHTML" });
        }
        board.classList.toggle("wf-stale", !answer.ok && answer.status !== 304);
    } catch {
        board.classList.add("wf-stale");
    }
}

setInterval(() => document.hidden || refresh(), PERIOD);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
