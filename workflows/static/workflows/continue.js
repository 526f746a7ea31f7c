/** Sends the form that goes on with a long piece of work, as soon as it is shown. */
document.querySelector("form[data-wf-continue]")?.requestSubmit();
