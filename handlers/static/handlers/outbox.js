/**
 * Says, shows and sounds what background works put out, on a page that is open.
 *
 * `<div data-wf-outbox="address">` is in every page of the admin. The page asks there
 * again and again; what it is given is deleted there, so that nothing comes twice.
 */
const PERIOD = 2000;
const SHOWN = 8000;

const box = document.querySelector("[data-wf-outbox]");
const toasts = box.querySelector(".wf-outbox-toasts");
const busy = box.querySelector(".wf-outbox-busy");
const kept = box.querySelector(".wf-outbox-kept");
const notes = box.querySelector(".wf-outbox-notes");
const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
/** A tab keeps its name while it goes from page to page. */
const page = sessionStorage.wfPage ??= crypto.randomUUID?.() ?? String(Math.random());

/** @param {string} address @param {Record<string, string>} values */
function send(address, values) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, ...values });
    return fetch(address, { method: "POST", body });
}

/** @param {HTMLElement} place @param {string} text @param {string} label */
function card(place, text, label) {
    const toast = document.createElement("div");
    toast.className = "wf-outbox-toast";
    const content = document.createElement("div");
    if (label) {
        const small = document.createElement("small");
        small.textContent = label;
        content.append(small);
    }
    content.append(text);
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", box.dataset.close);
    close.addEventListener("click", () => toast.remove());
    toast.append(content, close);
    place.append(toast);
    return toast;
}

function toast(text, label = "") {
    const shown = card(toasts, text, label);
    setTimeout(() => shown.remove(), SHOWN);
}

function speak({ text }) {
    // Also to be read: sound may be off, or not allowed on this page.
    toast(text, box.dataset.spoken);
    if ("speechSynthesis" in window) {
        const words = new SpeechSynthesisUtterance(text);
        words.lang = /[\u0400-\u04ff]/.test(text) ? "ru" : document.documentElement.lang;
        speechSynthesis.speak(words);
    }
}

async function beep({ tone, ms, volume }) {
    const audio = new AudioContext();
    if (audio.state !== "running") {
        // A browser plays nothing before the reader has touched the page.
        toast("♪", box.dataset.sound);
    }
    const source = audio.createOscillator();
    const gain = audio.createGain();
    source.frequency.value = 220 * 2 ** ((tone % 48) / 12);
    gain.gain.value = volume / 400;
    source.connect(gain).connect(audio.destination);
    source.start();
    source.stop(audio.currentTime + ms / 1000);
    source.addEventListener("ended", () => audio.close());
}

function vibrate({ ms }) {
    if (!navigator.vibrate?.(ms)) {
        toast(`${ms} ms`, box.dataset.vibration);
    }
}

const COMMANDS = {
    speak,
    beep,
    vibrate,
    toast: ({ text }) => toast(text),
    ShowScreen: ({ url }) => location.assign(url),
    RefreshScreen: () => location.reload(),
};

/** Show the notifications that there are; those that stayed the same stay as they are. */
function notify(all) {
    const wanted = new Map(all.map((note) => [`${note.number} ${note.changed}`, note]));
    for (const shown of [...notes.children]) {
        if (!wanted.delete(shown.dataset.key)) {
            shown.remove();
        }
    }
    for (const [key, note] of wanted) {
        const shown = card(notes, note.message, "");
        shown.dataset.key = key;
        const title = document.createElement("strong");
        title.textContent = note.title;
        shown.firstChild.prepend(title);
        if (note.progress !== null) {
            const bar = document.createElement("progress");
            bar.max = 100;
            bar.value = note.progress;
            bar.setAttribute("aria-label", note.title || note.message);
            shown.firstChild.append(bar);
        }
        if (note.asks && box.dataset.reply) {
            shown.firstChild.append(question(note, shown));
        }
        shown.querySelector(":scope > button").addEventListener("click", () => {
            fold();
            if (box.dataset.dismiss) {
                send(box.dataset.dismiss, { number: String(note.number) });
            }
        });
    }
    fold();
}

/** Notifications stay, so that they can be folded away; a tab remembers it. */
function fold() {
    kept.hidden = !notes.children.length;
    kept.querySelector(".wf-outbox-count").textContent = String(notes.children.length);
}

kept.open = (sessionStorage.wfNotes ?? String(innerWidth > 767)) === "true";
kept.addEventListener("toggle", () => {
    sessionStorage.wfNotes = String(kept.open);
});

/** A field for the answer to a notification; what was sent is put away. */
function question(note, shown) {
    const form = document.createElement("form");
    const field = document.createElement("input");
    field.required = true;
    field.maxLength = 2000;
    field.setAttribute("aria-label", `${box.dataset.answer}: ${note.title || note.message}`);
    field.placeholder = box.dataset.answer;
    const button = document.createElement("button");
    button.textContent = box.dataset.send;
    form.append(field, button);
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        button.disabled = true;
        const answer = await send(box.dataset.reply, { number: note.number, reply: field.value });
        if (answer.ok) {
            shown.remove();
            fold();
        } else {
            const told = await answer.json().catch(() => ({}));
            toast(told.ErrorMessage ?? String(answer.status));
            button.disabled = false;
        }
    });
    return form;
}

/** Show what is under way in handlers of `runprogress`, while it is. */
function showBusy(all) {
    const wanted = new Map(all.map((each) => [`${each.work} ${each.text}`, each]));
    for (const shown of [...busy.children]) {
        if (!wanted.delete(shown.dataset.key)) {
            shown.remove();
        }
    }
    for (const [key, each] of wanted) {
        const shown = card(busy, each.text, `${box.dataset.busy}: ${each.work}`);
        shown.dataset.key = key;
        shown.querySelector(":scope > button").remove();
        const bar = document.createElement("progress");
        bar.setAttribute("aria-label", each.text);
        shown.firstChild.append(bar);
    }
}

let stamp = null;

/** Renew the page of a work when there is more to show; what is open stays open. */
async function renew(latest) {
    const before = stamp;
    stamp = latest;
    const part = document.querySelector("[data-wf-live]");
    if (!part || before === null || before === latest) {
        return;
    }
    const text = await (await fetch(location.href)).text();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const open = new Set([...part.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key));
    part.replaceChildren(...fresh.querySelector("[data-wf-live]").childNodes);
    for (const each of part.querySelectorAll("details[data-key]")) {
        each.open ||= open.has(each.dataset.key);
    }
    const tools = document.querySelector(".object-tools");
    tools?.replaceWith(fresh.querySelector(".object-tools") ?? "");
}

async function poll() {
    try {
        const answer = await send(box.dataset.wfOutbox, { page, path: location.pathname });
        if (answer.status === 403) {
            return;
        }
        if (answer.ok) {
            const { commands, notifications, busy: all, stamp: latest } = await answer.json();
            notify(notifications);
            showBusy(all);
            await renew(latest);
            for (const { name, value } of commands) {
                COMMANDS[name]?.(value);
            }
        }
    } catch {
        // The server does not answer; the next time it may.
    }
    setTimeout(poll, PERIOD);
}

poll();
