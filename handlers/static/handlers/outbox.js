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
    toast.className = "wf-toast";
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
        shown.querySelector("button").addEventListener("click", () => {
            if (box.dataset.dismiss) {
                send(box.dataset.dismiss, { number: String(note.number) });
            }
        });
    }
}

async function poll() {
    try {
        const answer = await send(box.dataset.wfOutbox, { page, path: location.pathname });
        if (answer.status === 403) {
            return;
        }
        if (answer.ok) {
            const { commands, notifications } = await answer.json();
            notify(notifications);
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
