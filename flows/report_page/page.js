// Filters, deep links and the plots' labels. Without it everything is visible.
const form = document.getElementById("filters");
const said = form.querySelector("output");
const dialogues = [...document.querySelectorAll("article.dialogue")].map((article) => ({
  article,
  text: article.textContent.toLowerCase(),
  has: (name, value) => article.dataset[name].split(" ").includes(value),
}));

function filter() {
  const wanted = new FormData(form);
  const words = wanted.get("text").toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = ["skill", "turns", "split", "phenomenon"].filter((name) => wanted.get(name));
  let shown = 0;
  for (const each of dialogues) {
    const keep = chosen.every((name) => each.has(name, wanted.get(name))) && words.every((w) => each.text.includes(w));
    each.article.hidden = !keep;
    shown += keep;
  }
  const all = shown === dialogues.length;
  said.textContent = all ? `all ${shown} shown` : shown ? `${shown} of ${dialogues.length} match` : "no dialogue matches";
  form.classList.toggle("active", !all);
}

// A link to a dialogue that the filters hide shows it all the same.
function follow() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.closest("article[hidden]")) {
    form.reset();
    filter();
    target.scrollIntoView();
  }
}

document.querySelectorAll("a[data-filter]").forEach((link) =>
  link.addEventListener("click", () => {
    form.reset();
    form.elements[link.dataset.filter].value = link.dataset.value;
    filter();
  }),
);
form.addEventListener("input", filter);
form.addEventListener("change", filter);
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", follow);
form.hidden = false;
filter();
