// Filters, deep links, the table of cells and the plots' labels. Without it everything is visible.
const form = document.getElementById("filters");
const said = form.querySelector("output");
const lengths = document.getElementById("lengths");
const cells = [...document.querySelectorAll("#cells a")].map((link) => ({
  link,
  numbers: link.dataset.numbers.split(" ").map(Number),
}));
const dialogues = [...document.querySelectorAll("article.dialogue")].map((article) => ({
  article,
  text: article.textContent.toLowerCase(),
  turns: [...article.querySelectorAll(".turn")].map(({ dataset }) => [dataset.skill, dataset.phenomenon.split(" ")]),
}));

// Skill and phenomenon must be those of one turn.
function holds({ article, text, turns }, wanted, words) {
  const { skill, phenomenon, turns: length, split } = wanted;
  const turn = ([its, phenomena]) => (!skill || its === skill) && (!phenomenon || phenomena.includes(phenomenon));
  const fits = (!length || article.dataset.turns === length) && (!split || article.dataset.split === split);
  return fits && turns.some(turn) && words.every((word) => text.includes(word));
}

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const each of dialogues) {
    const keep = holds(each, wanted, words);
    each.article.hidden = !keep;
    shown += keep;
  }
  const all = shown === dialogues.length;
  said.textContent = all ? `all ${shown} shown` : shown ? `${shown} of ${dialogues.length} match` : "no dialogue matches";
  form.classList.toggle("active", !all);
}

// The table's numbers for one number of turns, each shaded by its share, on a log scale, of the highest.
function show() {
  const radios = [...lengths.elements.number];
  const at = radios.findIndex((each) => each.checked);
  const highest = Math.max(...cells.map(({ numbers }) => numbers[at]));
  for (const { link, numbers } of cells) {
    const n = numbers[at];
    link.hidden = !n;
    link.textContent = n;
    link.style.setProperty("--heat", `${4 + 46 * (Math.log(n) / Math.log(Math.max(highest, 2)))}%`);
  }
  document.getElementById("of-length").textContent = radios[at].dataset.dialogues;
}

// The heading of the column under the pointer; its row needs no script.
function mark(event) {
  const at = event.target.closest("tbody td")?.cellIndex;
  const headings = event.currentTarget.tHead.rows[0].cells;
  for (const heading of headings) heading.classList.toggle("marked", heading.cellIndex === at);
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
    const length = link.dataset.numbers ? lengths.elements.number.value : "all";
    form.reset();
    for (const [name, value] of new URLSearchParams(link.dataset.filter)) form.elements[name].value = value;
    if (length !== "all") form.elements.turns.value = length;
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
if (lengths) {
  lengths.addEventListener("change", show);
  document.getElementById("cells").addEventListener("pointerover", mark);
  lengths.hidden = false;
  show();
}
