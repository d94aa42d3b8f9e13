// What the page at /docs does: write its snippets, find, copy, try.
import { curlCall, pythonCall } from "/docs/call.js";

for (const snippet of document.querySelectorAll(".snippet")) {
  const call = JSON.parse(snippet.dataset.call);
  for (const panel of snippet.querySelectorAll("pre")) {
    const write = panel.dataset.language === "cURL" ? curlCall : pythonCall;
    panel.firstChild.textContent = write(location.origin, call);
  }
}
const contents = document.getElementById("contents");
if (matchMedia("(max-width: 860px)").matches) contents.open = false;

document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of document.querySelectorAll(".group")) {
    let shown = 0;
    for (const operation of group.querySelectorAll(".operation[id]")) {
      const fits = words.every((word) => operation.dataset.search.includes(word));
      operation.hidden = !fits;
      contents.querySelector(`a[href="#${operation.id}"]`).hidden = !fits;
      shown += fits;
    }
    group.hidden = !shown;
    const chapter = contents.querySelector(`a[href="#${group.querySelector("h2").id}"]`);
    chapter.parentElement.hidden = !shown;
    found += shown;
  }
  document.getElementById("nothing").hidden = found > 0;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (button?.role === "tab") choose(button);
  if (button?.className === "copy") {
    const shown = button.closest(".snippet").querySelector("pre:not([hidden])");
    await navigator.clipboard.writeText(shown.textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.target.role !== "tab" || !event.key.startsWith("Arrow")) return;
  const tabs = [...event.target.parentElement.children];
  const step = event.key === "ArrowRight" ? 1 : -1;
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  choose(next);
  next.focus();
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.dataset.path) attempt(event.target);
});

function choose(tab) {
  for (const each of tab.parentElement.children) {
    each.ariaSelected = String(each === tab);
    document.getElementById(each.getAttribute("aria-controls")).hidden = each !== tab;
  }
}

async function attempt(form) {
  const output = form.querySelector("output");
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const field of form.querySelectorAll("input")) {
    if (field.dataset.in === "path") {
      path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    } else if (field.value) query.append(field.name, field.value);
  }
  const headers = {};
  const body = form.querySelector("textarea")?.value;
  if (body) headers["Content-Type"] = "application/json";
  const key = document.getElementById("key").value.trim();
  if (form.dataset.key === "yes") {
    if (!key) {
      say(output, "", "Put your API key in at the top of the page first.", "");
      return;
    }
    headers.Authorization = `Bearer ${key}`;
  }
  const address = path + (query.size ? `?${query}` : "");
  try {
    const options = { method: form.dataset.method, headers, credentials: "omit" };
    const answer = await fetch(address, body ? { ...options, body } : options);
    say(output, answer.status, answer.statusText, readable(await answer.text()));
  } catch {
    say(output, "", "No answer came. Is the server running?", "");
  }
}

function say(output, status, words, text) {
  const line = document.createElement("p");
  const code = document.createElement("span");
  code.className = "status";
  code.dataset.class = String(status)[0] ?? "";
  code.textContent = status;
  line.append(code, words);
  output.replaceChildren(line);
  if (text) {
    const pre = document.createElement("pre");
    pre.tabIndex = 0;
    pre.textContent = text;
    output.append(pre);
  }
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
