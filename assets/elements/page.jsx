// What holds on every page: rows that open by a click anywhere, and "/" for the search box.
import { useEffect, useState } from "react";

const INTERACTIVE = "a,button,input,select,textarea,label,summary,[role=menuitem],[role=switch],[role=checkbox]";
const SHORTCUTS_OFF = "afterlead.shortcuts.off";

function openRow(event) {
  if (event.defaultPrevented || event.button > 1 || event.target.closest(INTERACTIVE)) return;
  const link = event.target.closest("tr[data-row]")?.querySelector("a[data-row-link]");
  if (!link || String(window.getSelection())) return;
  // The real link decides: a new tab for the middle button or Ctrl, the router otherwise.
  if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
}

function onKey(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input,select,textarea,[contenteditable],[role=dialog]")) return;
  if (localStorage.getItem(SHORTCUTS_OFF)) return;
  const search = document.querySelector("[data-search] input, input[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
}

export function PageBehaviour() {
  useEffect(() => {
    document.addEventListener("click", openRow);
    document.addEventListener("auxclick", openRow);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("click", openRow);
      document.removeEventListener("auxclick", openRow);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
  return null;
}

// Single-key shortcuts must be switchable (WCAG 2.1.4); the choice stays in this browser.
export function ShortcutSwitch() {
  const [on, setOn] = useState(true);
  useEffect(() => setOn(!localStorage.getItem(SHORTCUTS_OFF)), []);
  const turn = () => {
    if (on) localStorage.setItem(SHORTCUTS_OFF, "1");
    else localStorage.removeItem(SHORTCUTS_OFF);
    setOn(!on);
  };
  return (
    <button type="button" role="switch" aria-checked={on} className="al-menu-item" onClick={turn}>
      <span className="al-glyph" data-glyph="keyboard" aria-hidden="true" />
      Keyboard shortcuts
      <kbd>{on ? "on" : "off"}</kbd>
    </button>
  );
}
