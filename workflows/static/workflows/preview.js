/**
 * Keeps the preview below a form up to date while the form is edited.
 *
 * `<div data-wf-preview="address">` stands inside the form. The address takes what the
 * form would send and answers with the HTML to show. Without scripts the preview that
 * came with the page stays.
 */
const REST = 250;

/** @param {HTMLElement} preview */
function follow(preview) {
    const form = preview.closest("form");
    const address = preview.dataset.wfPreview;
    let timer = 0;
    let request = new AbortController();

    async function refresh() {
        request.abort();
        request = new AbortController();
        const { signal } = request;
        preview.setAttribute("aria-busy", "true");
        try {
            const body = new FormData(form);
            const answer = await fetch(address, { method: "POST", body, signal });
            if (answer.ok) {
                const html = await answer.text();
                if (!signal.aborted) {
                    preview.innerHTML = html;
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

    function changed() {
        clearTimeout(timer);
        timer = setTimeout(refresh, REST);
    }

    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
}

document.querySelectorAll("[data-wf-preview]").forEach(follow);
