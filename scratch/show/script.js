// Each formula's button copies its LaTeX, which stands in the MathML as an annotation.
document.addEventListener("click", async event => {
  const button = event.target.closest(".formula-copy")
  if (!button) return
  const latex = button.parentElement.querySelector("annotation").textContent
  await navigator.clipboard.writeText(latex)
  const label = button.getAttribute("aria-label")
  button.setAttribute("aria-label", button.dataset.done)
  button.classList.add("formula-copied")
  setTimeout(() => {
    button.setAttribute("aria-label", label)
    button.classList.remove("formula-copied")
  }, 1500)
})

// The theme adds an unnamed <nav> to every code block; a screen reader need not list them all as landmarks.
new MutationObserver(() => {
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none")
}).observe(document.documentElement, {childList: true, subtree: true})
