// A button that copies text and says so where it stands.
import { useEffect, useRef, useState } from "react";

async function write(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Browsers keep the clipboard from plain-http pages; the old command still works there.
  const area = document.createElement("textarea");
  area.value = text;
  area.style.cssText = "position:fixed;opacity:0";
  (document.activeElement?.closest("[role=dialog]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("refused");
}

export function CopyButton({ text, label = "Copy", word = "", className = "" }) {
  const [state, setState] = useState("");
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(timer.current);
    try {
      await write(String(text ?? ""));
      setState("copied");
    } catch {
      setState("refused");
    }
    timer.current = setTimeout(() => setState(""), 1800);
  };
  const said = { copied: "Copied", refused: "Copy was refused" }[state] ?? "";
  return (
    <>
      <button type="button" className={`al-copy ${className}`} data-state={state} data-word={word ? "" : undefined}
        aria-label={label} title={said || label} onClick={copy}>
        <span className="al-glyph" data-glyph={state === "copied" ? "check" : "copy"} aria-hidden="true" />
        {word ? <span aria-hidden="true">{said || word}</span> : null}
      </button>
      <span className="al-visually-hidden" role="status">{said}</span>
    </>
  );
}
