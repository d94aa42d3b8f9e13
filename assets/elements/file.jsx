// A file on its way to the server: chosen or dropped, sent as it is, its progress and what was wrong
// with it shown where it was chosen.
import { useRef, useState } from "react";

const MIB = 1024 * 1024;

function sizeOf(file) {
  if (file.size < MIB / 10) return `${Math.max(1, Math.round(file.size / 1024)).toLocaleString("en")} KiB`;
  return `${(file.size / MIB).toFixed(1)} MiB`;
}

export function FileUpload({ action, kinds = [], limit = 50, onDone }) {
  const [kind, setKind] = useState(kinds[0]?.[0] ?? "");
  const [file, setFile] = useState(null);
  const [sent, setSent] = useState(-1);
  const [problem, setProblem] = useState("");
  const [isOver, setOver] = useState(false);
  const input = useRef(null);
  const busy = sent >= 0;

  const choose = (chosen) => {
    if (!chosen || busy) return;
    setFile(chosen);
    setProblem(chosen.size > limit * MIB ? `A file may have at most ${limit} MiB. Split it into several.` : "");
  };
  const send = () => {
    if (!file) {
      setProblem("Choose a CSV file first.");
      input.current?.focus();
      return;
    }
    if (busy || file.size > limit * MIB) return;
    setProblem("");
    setSent(0);
    const call = new XMLHttpRequest();
    const query = new URLSearchParams({ kind, name: file.name });
    const fail = (text) => {
      setSent(-1);
      setProblem(text);
    };
    call.open("POST", `${action}?${query}`);
    call.setRequestHeader("Content-Type", "text/csv");
    call.upload.onprogress = (event) => setSent(event.total ? Math.floor((100 * event.loaded) / event.total) : 0);
    call.onerror = () => fail("The file did not arrive. Check your connection and upload it again.");
    call.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(call.responseText);
      } catch {
        // A proxy's own page: the status has to do.
      }
      if (call.status === 201 && answer.id) {
        setFile(null);
        setSent(-1);
        onDone?.(answer.id);
      } else fail(answer.detail || `The file was not taken (status ${call.status}). Upload it again.`);
    };
    call.send(file);
  };
  return (
    <div className="al-upload">
      <fieldset className="al-upload-kinds" disabled={busy}>
        <legend className="al-label">What are the rows of the file?</legend>
        {kinds.map(([value, label, text]) => (
          <div key={value} className="al-upload-kind" data-set={value === kind ? "true" : "false"}>
            <label>
              <input type="radio" name="import-kind" value={value} checked={value === kind}
                aria-label={label} aria-describedby={`import-${value}`} onChange={() => setKind(value)} />
              <span>
                <strong>{label}</strong>
                <span className="al-field-help" id={`import-${value}`}>{text}</span>
              </span>
            </label>
            <a className="al-link" href={`/api/v1/imports/templates/${value}.csv`} download
              aria-label={`Template for ${label.toLowerCase()}`}>Template</a>
          </div>
        ))}
      </fieldset>
      <label className="al-upload-drop" data-over={isOver ? "true" : "false"}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); choose(event.dataTransfer.files[0]); }}>
        <input ref={input} type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" disabled={busy}
          aria-describedby="import-file-help import-file-error"
          onChange={(event) => choose(event.target.files[0])} />
        {file
          ? <span><strong>{file.name}</strong> <span className="al-dim">{sizeOf(file)}</span></span>
          : <span><strong>Choose a CSV file</strong> or drop it here</span>}
        <span className="al-field-help" id="import-file-help">
          Up to {limit} MiB and 200,000 rows, with a header row. Nothing is imported yet.
        </span>
      </label>
      <p className="al-field-error" id="import-file-error" role="alert" hidden={!problem}>{problem}</p>
      <div className="al-actions">
        <button type="button" className="al-button" data-kind="primary" disabled={busy} aria-busy={busy} onClick={send}>
          {busy ? <span className="al-spinner" aria-hidden="true" /> : null}
          <span>{busy ? (sent < 100 ? `Uploading ${sent} %` : "Reading the file") : "Upload"}</span>
        </button>
      </div>
    </div>
  );
}
