// What holds on every page: rows that open by a click anywhere, "/" for the search box, and buttons
// that are pressed though an answer moves them meanwhile. What the person may not do is hidden by the
// stylesheet from what is said of them here.
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

const STILL_PX = 6; // a pointer that went further was drawn away on purpose
let pressed = null;

function onPointerDown(event) {
  const button = event.button === 0 ? event.target.closest?.("button") : null;
  pressed = button && { button, x: event.clientX, y: event.clientY };
}

// An error that goes, or a line that comes, can move a button between down and up: the browser then
// takes it for no click at all.
function onPointerUp(event) {
  const { button, x, y } = pressed ?? {};
  pressed = null;
  if (!button?.isConnected || button.disabled || button.contains(event.target)) return;
  if (Math.hypot(event.clientX - x, event.clientY - y) <= STILL_PX) button.click();
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

export function PageBehaviour({ may }) {
  // On the root, since dialogs and menus stand outside the page's own tree.
  useEffect(() => {
    document.documentElement.dataset.may = may;
  }, [may]);
  useEffect(() => {
    document.addEventListener("click", openRow);
    document.addEventListener("auxclick", openRow);
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", onPointerDown, true);
    document.addEventListener("pointerup", onPointerUp, true);
    return () => {
      document.removeEventListener("click", openRow);
      document.removeEventListener("auxclick", openRow);
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onPointerDown, true);
      document.removeEventListener("pointerup", onPointerUp, true);
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
