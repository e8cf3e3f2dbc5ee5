{
// The copy button of a listing copies the whole of it, folded or not; the theme does the copying and says so.
addEventListener("click", event => {
  const button = event.target.closest("[data-listing]")
  if (button) button.dataset.clipboardText = document.getElementById(button.dataset.listing).textContent.trim() + "\n"
}, true)

// Open or close all findings of the page, and remember it for this page.
const findings = document.querySelectorAll(".finding")
const buttons = document.querySelectorAll(".all")
const key = `open:${location.pathname}`
const openAll = open => {
  for (const finding of findings) finding.open = open
  for (const button of buttons) {
    const {dataset, textContent} = button
    if (button.getAttribute("aria-pressed") !== `${open}`)
      [button.textContent, dataset.other] = [dataset.other, textContent]
    button.setAttribute("aria-pressed", open)
  }
}
for (const button of buttons) {
  button.setAttribute("aria-pressed", false)
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true"
    const before = button.getBoundingClientRect().top
    openAll(open)
    scrollBy({top: button.getBoundingClientRect().top - before, behavior: "instant"})
    try {
      open ? localStorage.setItem(key, "1") : localStorage.removeItem(key)
    } catch {}
  })
}
let remembered = null
try {
  remembered = localStorage.getItem(key)
} catch {}
if (remembered) openAll(true)

// A link to what stands inside a fold opens all folds around it, then goes there.
const reveal = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!target) return
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true
  target.scrollIntoView()
}
addEventListener("hashchange", reveal)
reveal()

// Paper shows all findings, in the light scheme; what was folded before is folded again afterwards.
let scheme, opened
addEventListener("beforeprint", () => {
  scheme = document.body.getAttribute("data-md-color-scheme")
  document.body.setAttribute("data-md-color-scheme", "default")
  opened = [...document.querySelectorAll(".finding:not([open])")]
  for (const finding of opened) finding.open = true
})
addEventListener("afterprint", () => {
  document.body.setAttribute("data-md-color-scheme", scheme)
  for (const finding of opened) finding.open = false
})

// What is wider than its column can be scrolled with the keyboard, and only then is a stop of the tab key.
const scrollers = new ResizeObserver(entries => {
  for (const {target} of entries)
    target.scrollWidth > target.clientWidth + 1 ? target.setAttribute("tabindex", 0) : target.removeAttribute("tabindex")
})
for (const box of document.querySelectorAll(".math, .scroll, .highlight code, .highlight pre")) scrollers.observe(box)

// The theme adds an unnamed <nav> to every code block; a screen reader need not list them all as landmarks.
new MutationObserver(() => {
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none")
}).observe(document.documentElement, {childList: true, subtree: true})

// A link to the page in another language leads to the section that is being read.
for (const link of document.querySelectorAll(".edition")) {
  const lead = () => {
    const above = [...document.querySelectorAll("article :is(h2, h3, h4)[id]")].filter(heading => {
      const {top, height} = heading.getBoundingClientRect()
      return height && top < innerHeight / 2
    })
    link.hash = location.hash.includes("?") || !above.length ? location.hash : above.at(-1).id
  }
  for (const moment of ["pointerdown", "focus", "click"]) link.addEventListener(moment, lead)
}

// The front page's blocks can be filtered by a word.
const glances = [...document.querySelectorAll(".glance")]
if (glances.length) {
  const box = document.createElement("input")
  Object.assign(box, {type: "search", placeholder: document.querySelector(".glances").dataset.filter, className: "filter"})
  box.setAttribute("aria-label", box.placeholder)
  document.querySelector(".glances").closest("section").before(box)
  box.addEventListener("input", () => {
    const word = box.value.trim().toLowerCase()
    for (const glance of glances) glance.hidden = !glance.textContent.toLowerCase().includes(word)
    for (const section of document.querySelectorAll("section:has(.glance)"))
      section.hidden = !section.querySelector(".glance:not([hidden])")
  })
}
}
