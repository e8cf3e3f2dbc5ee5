// Moves the curves that matplotlib drew. What to draw is in moving/NAME.js, printed from the formulas by the build.
{
const here = document.currentScript.src
const number = v => {
  const size = Math.abs(v)
  const text = v && (size < 1e-3 || size >= 1e5) ? v.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(v.toPrecision(4)))
  return text.replaceAll("-", "−")
}
const settings = {} // by figure: what a link asks for before the figure has come near

async function start(figure) {
  const target = figure.dataset.moving
  const {curves = {}, values = {}, frames, slots, choices} = await import(new URL(`moving/${target}.js`, here))
  const knobs = [...document.querySelectorAll(`[data-turns="${target}"]`)]
  const text = figure.querySelector(".live") ?? figure.querySelector("figcaption")
  const spoken = figure.appendChild(document.createElement("p"))
  spoken.className = "spoken"
  spoken.setAttribute("aria-live", "polite")
  const reset = figure.appendChild(document.createElement("button"))
  Object.assign(reset, {type: "button", className: "copy reset", textContent: figure.dataset.reset, hidden: true})

  const scale = ([x0, x1, left, right, y0, y1, bottom, top, logX, logY]) => {
    const f = logX ? Math.log10 : Number, g = logY ? Math.log10 : Number
    return [
      x => left + (f(x) - f(x0)) / (f(x1) - f(x0)) * (right - left),
      y => Math.max(-9999, Math.min(9999, bottom + (g(y) - g(y0)) / (g(y1) - g(y0)) * (top - bottom))),
    ]
  }
  const lines = Object.entries(curves).map(([name, points]) => {
    const [x, y] = scale(frames[name])
    return [figure.querySelector(`[data-curve="${name}"]`), points, x, y]
  })
  const stroke = (points, px, py) => { // what is no number lifts the pen
    let pen = "M"
    return points.map(([x, y]) => {
      const at = [px(x), py(y)]
      if (at.some(isNaN)) { pen = "M"; return "" }
      const part = `${pen}${at[0].toFixed(2)} ${at[1].toFixed(2)}`
      pen = "L"
      return part
    }).join("")
  }
  let asked = 0, later = 0
  const draw = () => {
    asked = 0
    const p = Object.fromEntries(knobs.map(knob => [knob.name, knob.valueAsNumber]))
    for (const [group, points, px, py] of lines) {
      const all = points(p)
      group.querySelector("path:not(defs *)")?.setAttribute("d", stroke(all, px, py))
      group.querySelectorAll("use").forEach((mark, i) => {
        const [x, y] = all[Math.min(i, all.length - 1)]
        mark.setAttribute("x", px(x))
        mark.setAttribute("y", py(y))
      })
    }
    for (const knob of knobs) {
      knob.nextElementSibling.value = number(knob.valueAsNumber)
      knob.setAttribute("aria-valuetext", number(knob.valueAsNumber))
    }
    if (choices) choices[knobs.map(knob => Number(knob.value.slice(0, 8))).join()].forEach((value, i) => {
      const [slot, name] = slots[i], part = figure.querySelector(`[data-slot="${slot}"]`)
      if (!name) part.textContent = value
      else part.setAttribute(name, value.startsWith("scratch-assets:") ? new URL(value.slice(15), here) : value)
    })
    const shown = {...p}
    for (const [name, value] of Object.entries(values)) shown[name] = value(p)
    if (text.dataset.text) text.textContent = text.dataset.text.replace(/\{(\w+)\}/g, (_, name) => number(shown[name]))
    reset.hidden = knobs.every(knob => knob.value === knob.defaultValue)
    clearTimeout(later)
    later = setTimeout(() => { spoken.textContent = text.textContent }, 700) // after the last movement only
  }
  const ask = () => { asked ||= requestAnimationFrame(draw) }
  const write = () => {
    const changed = knobs.filter(knob => knob.value !== knob.defaultValue).map(knob => `${knob.name}=${knob.value}`)
    const place = figure.closest("section")?.querySelector("h2")?.id
    if (place) history.replaceState(null, "", `#${place}-figure${changed.length ? `?${changed.join("&")}` : ""}`)
  }
  const set = asks => {
    for (const [name, value] of new URLSearchParams(asks)) {
      const knob = knobs.find(knob => knob.name === name)
      if (knob && isFinite(value)) knob.value = value
    }
    ask()
  }
  for (const knob of knobs) {
    knob.addEventListener("input", ask)
    knob.addEventListener("change", write)
  }
  reset.addEventListener("click", () => {
    for (const knob of knobs) knob.value = knob.defaultValue
    draw()
    write()
    knobs[0].focus()
  })

  if (figure.dataset.drag) { // a point that is dragged sets one slider or two; a keyboard has the sliders
    const [xs, ys] = figure.dataset.drag.split(" ").map(name => knobs.find(knob => knob.name === name))
    const handle = figure.querySelector('[data-curve="start"]'), svg = handle.closest("svg")
    const [x0, x1, left, right, y0, y1, bottom, top] = frames.start
    const move = event => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse())
      xs.value = x0 + (at.x - left) / (right - left) * (x1 - x0)
      if (ys) ys.value = y0 + (at.y - bottom) / (top - bottom) * (y1 - y0)
      ask()
    }
    handle.classList.add("handle")
    handle.addEventListener("pointerdown", event => {
      event.preventDefault()
      handle.setPointerCapture(event.pointerId)
      handle.addEventListener("pointermove", move)
      handle.addEventListener("lostpointercapture", () => { handle.removeEventListener("pointermove", move); write() }, {once: true})
    })
  }
  figure.set = set
  if (settings[target]) set(settings[target])
  else if (knobs.some(knob => knob.value !== knob.defaultValue)) draw() // what the browser restored
}

const near = new IntersectionObserver(entries => {
  for (const {isIntersecting, target} of entries)
    if (isIntersecting) { near.unobserve(target); start(target) }
}, {rootMargin: "50%"})
for (const figure of document.querySelectorAll("[data-moving]")) near.observe(figure)

// Links set a figure: [at 0.99](#momentum-figure){ data-set="mu=0.99" }, and so does an address #momentum-figure?mu=0.99.
const ask = (place, asks) => {
  const figure = document.getElementById(place)?.parentElement.querySelector("[data-moving]")
  if (!figure) return
  settings[figure.dataset.moving] = asks
  figure.set?.(asks)
  document.getElementById(place).scrollIntoView()
}
document.addEventListener("click", event => {
  const link = event.target.closest("a[data-set]")
  if (link) ask(link.hash.slice(1), link.dataset.set)
})
const read = () => {
  const [place, asks] = decodeURIComponent(location.hash.slice(1)).split("?")
  if (asks) ask(place, asks)
}
addEventListener("hashchange", read)
read()
}
