// Before anything is painted: the dashboard's light or dark.
const chosen = localStorage.getItem("theme") || "system";
const dark = matchMedia("(prefers-color-scheme: dark)");
const resolved = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
document.documentElement.classList.add(resolved === "dark" ? "dark" : "light");
