/**
 * Keeps the preview of a form up to date while the form is edited.
 *
 * `<div data-wf-preview="address">` stands inside the form. The address takes what the
 * form would send and answers with the HTML to show. Without scripts the preview that
 * came with the page stays. Forms may come and go.
 */
const REST = 250;
let timer = 0;
let request = new AbortController();

/** @param {HTMLElement} preview */
async function refresh(preview) {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    preview.setAttribute("aria-busy", "true");
    try {
        const body = new FormData(preview.closest("form"));
        const answer = await fetch(preview.dataset.wfPreview, { method: "POST", body, signal });
        if (answer.ok) {
            const html = await answer.text();
            if (!signal.aborted) {
                preview.innerHTML = html;
                repeat(preview);
            }
        }
        preview.classList.toggle("wf-stale", !answer.ok);
    } catch (error) {
        if (error.name === "AbortError") {
            return;
        }
        preview.classList.add("wf-stale");
    }
    preview.removeAttribute("aria-busy");
}

/**
 * Say beside the button what is chosen, however far away the preview is.
 *
 * @param {HTMLElement} preview
 */
export function repeat(preview) {
    const sentence = preview.closest("form").querySelector(".wf-sentence");
    if (sentence) {
        sentence.textContent = preview.querySelector("[data-wf-sentence]")?.textContent ?? "";
    }
}

/** @param {Event} event */
function changed(event) {
    const preview = event.target.closest("form")?.querySelector("[data-wf-preview]");
    if (preview) {
        clearTimeout(timer);
        timer = setTimeout(refresh, REST, preview);
    }
}

document.addEventListener("input", changed);
document.addEventListener("change", changed);
