/** Gives the boxes that select2 puts in place of lists the names of these lists. */
function name() {
    for (const list of document.querySelectorAll("select.admin-autocomplete[aria-label]")) {
        const box = list.nextElementSibling?.querySelector(".select2-selection__rendered");
        box?.setAttribute("aria-label", list.getAttribute("aria-label"));
    }
}

name();
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
