// Text as a machine sent it: pretty or raw, coloured when it is JSON, copied whole.
import { useMemo, useState } from "react";
import { CopyButton } from "./copy.jsx";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
// Beyond this, colouring costs more than it helps.
const COLOURED_CHARACTERS = 100_000;

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    const [whole, string, colon, word] = match;
    const kind = string ? (colon ? "key" : "string") : word ? "word" : "number";
    parts.push(<span key={match.index} data-token={kind}>{string ?? whole}</span>);
    if (colon) parts.push(colon);
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts;
}

// Only white space changes: numbers like 49.90 and long ids must stay as they were sent.
function indented(text) {
  let out = "";
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (piece === "{" || piece === "[") {
      depth += 1;
      out += piece + line();
    } else if (piece === "}" || piece === "]") {
      depth -= 1;
      out = /[{[]\s*$/.test(out) ? out.trimEnd() + piece : out + line() + piece;
    } else if (piece === ",") out += piece + line();
    else if (piece === ":") out += ": ";
    else out += piece;
  }
  return out;
}

function isJson(text) {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function CodeView({ text = "", label = "Text", empty = "Nothing was sent", note = "", maxHeight = "" }) {
  const [raw, setRaw] = useState(false);
  const [wrap, setWrap] = useState(true);
  const source = String(text ?? "");
  const json = useMemo(() => isJson(source), [source]);
  const shown = useMemo(() => {
    const body = json && !raw ? indented(source) : source;
    return json && body.length <= COLOURED_CHARACTERS ? coloured(body) : body;
  }, [source, json, raw]);
  return (
    <figure className="al-code" aria-label={label}>
      <figcaption className="al-code-bar">
        <span className="al-code-label">{label}</span>
        {note ? <span className="al-code-note">{note}</span> : null}
        <span className="al-code-tools">
          {json ? (
            <span className="al-segments" role="group" aria-label={`${label}: how it is shown`}>
              <button type="button" aria-pressed={!raw} onClick={() => setRaw(false)}>Pretty</button>
              <button type="button" aria-pressed={raw} onClick={() => setRaw(true)}>Raw</button>
            </span>
          ) : null}
          <button type="button" className="al-tool" aria-pressed={wrap} aria-label="Wrap lines" title="Wrap lines"
            onClick={() => setWrap(!wrap)}>
            <span className="al-glyph" data-glyph="wrap" aria-hidden="true" />
          </button>
          <CopyButton text={source} label={`Copy ${label.toLowerCase()}`} />
        </span>
      </figcaption>
      {source === "" ? (
        <p className="al-code-empty">{empty}</p>
      ) : (
        <pre tabIndex={0} aria-label={label} data-wrap={wrap} style={maxHeight ? { maxHeight } : undefined}>
          <code>{shown}</code>
        </pre>
      )}
    </figure>
  );
}
