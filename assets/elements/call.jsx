// The call that does by program what the screen does by hand: cURL or Python, to copy.
import { useEffect, useId, useState } from "react";
import { CopyButton } from "./copy.jsx";
import { curlCall, pythonCall } from "./call.js";

const LANGUAGES = { cURL: curlCall, Python: pythonCall };

export function CallSnippet({ call, reference = "" }) {
  const [language, setLanguage] = useState("cURL");
  const [origin, setOrigin] = useState("");
  const id = useId();
  useEffect(() => setOrigin(window.location.origin), []);
  const names = Object.keys(LANGUAGES);
  const text = LANGUAGES[language](origin, call);
  const move = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = names[(names.indexOf(language) + 1) % names.length];
    setLanguage(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <figure className="al-code" aria-label="The same by API">
      <div className="al-code-bar">
        <div role="tablist" aria-label="Language" className="al-call-tabs">
          {names.map((name) => (
            <button key={name} id={`${id}-${name}`} type="button" role="tab"
              aria-selected={name === language} aria-controls={`${id}-text`}
              tabIndex={name === language ? 0 : -1}
              onClick={() => setLanguage(name)} onKeyDown={move}>{name}</button>
          ))}
        </div>
        <span className="al-code-tools">
          {reference ? (
            <a className="al-link" href={`/docs#${reference}`} target="_blank" rel="noopener">Reference</a>
          ) : null}
          <CopyButton text={text} label={`Copy as ${language}`} word="Copy" />
        </span>
      </div>
      <pre tabIndex={0} role="tabpanel" id={`${id}-text`} aria-labelledby={`${id}-${language}`}><code>{text}</code></pre>
    </figure>
  );
}
