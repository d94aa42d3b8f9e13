// A text that the server says once and keeps nowhere: it lives in this page until it is put away,
// and another load of the page knows nothing of it.
import { useEffect, useRef, useState } from "react";
import { CopyButton } from "./copy.jsx";

export function ShownOnce({ name, title = "", note = "", copyLabel = "Copy", done = "Done" }) {
  const [text, setText] = useState("");
  const frame = useRef(null);
  useEffect(() => {
    const hear = (event) => {
      if (event.detail.name === name) setText(event.detail.text);
    };
    window.addEventListener("al-once", hear);
    return () => {
      window.removeEventListener("al-once", hear);
      setText("");
    };
  }, [name]);
  useEffect(() => {
    if (text) frame.current?.scrollIntoView({ block: "nearest" });
  }, [text]);
  return (
    <div role="alert" ref={frame}>
      {text ? (
        <div className="al-banner" data-tone="warn" style={{ marginBottom: "12px" }}>
          <div className="al-banner-text" style={{ gap: "8px" }}>
            <strong>{title}</strong>
            <span style={{ display: "flex", gap: "8px", alignItems: "flex-start" }}>
              <code className="al-mono" style={{ minWidth: 0, overflowWrap: "anywhere" }}>{text}</code>
              <CopyButton text={text} label={copyLabel} word="Copy" />
            </span>
            <span>{note}</span>
            <span>
              <button type="button" className="al-button" data-kind="secondary" data-size="small"
                onClick={() => setText("")}>{done}</button>
            </span>
          </div>
        </div>
      ) : null}
    </div>
  );
}
