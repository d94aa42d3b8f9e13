// A field for text with {macros}: they are coloured while typing and picked from a searchable list.
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Popover } from "@radix-ui/themes";

const MACRO = /\{([A-Za-z_][A-Za-z0-9_]*)(:[^{}|]*)?((?:\|(?:"(?:[^"\\]|\\.)*"|[^{}"])*)?)\}/g;
const SEND_AFTER_MS = 150;

function parts(text, known) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(MACRO)) {
    if (match.index > end) found.push(text.slice(end, match.index));
    const name = match[1].toLowerCase();
    const unknown = known !== null && !known.has(name);
    found.push(
      <mark key={match.index} className="al-macro" data-unknown={unknown ? "" : undefined}>{match[0]}</mark>,
    );
    end = match.index + match[0].length;
  }
  found.push(text.slice(end));
  return found;
}

function knownNames(macros) {
  if (!macros || macros.length === 0) return null;
  return new Set(macros.map((each) => each.name.toLowerCase().split(":")[0]));
}

export function MacroText({ text = "", macros = null }) {
  const known = useMemo(() => knownNames(macros), [macros]);
  return <span className="al-macro-text">{parts(String(text ?? ""), known)}</span>;
}

function Picker({ macros, onPick }) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const id = useId();
  const search = useRef(null);
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const shown = macros.filter((each) => {
    const hay = `${each.name} ${each.group} ${each.meaning}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const groups = [...new Set(shown.map((each) => each.group))];
  const ordered = groups.flatMap((group) => shown.filter((each) => each.group === group));
  const picked = (macro) => {
    setOpen(false);
    setQuery("");
    onPick(macro);
  };
  const move = (to) => {
    setActive(to);
    document.getElementById(`${id}-${to}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event) => {
    if (event.key === "ArrowDown") move(Math.min(active + 1, ordered.length - 1));
    else if (event.key === "ArrowUp") move(Math.max(active - 1, 0));
    else if (event.key === "Enter" && ordered[active]) picked(ordered[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Popover.Root open={open} onOpenChange={(to) => { setOpen(to); setActive(0); }}>
      <Popover.Trigger>
        <button type="button" className="al-button" data-kind="quiet" data-size="small">
          <span className="al-glyph" data-glyph="braces" aria-hidden="true" />
          Insert macro
        </button>
      </Popover.Trigger>
      <Popover.Content className="al-picker" aria-label="Insert macro" align="end" sideOffset={4} onCloseAutoFocus={(event) => event.preventDefault()}
        onOpenAutoFocus={(event) => { event.preventDefault(); search.current?.focus(); }}>
        <input ref={search} className="al-input" type="search" role="combobox" aria-expanded="true" aria-label="Find a macro"
          aria-controls={`${id}-list`} aria-activedescendant={ordered.length ? `${id}-${active}` : undefined}
          placeholder="Find a macro" value={query} onKeyDown={onKeyDown}
          onChange={(event) => { setQuery(event.target.value); setActive(0); }} />
        <div className="al-picker-list" role="listbox" id={`${id}-list`} aria-label="Macros">
          {groups.map((group) => (
            <div key={group} role="group" aria-label={group}>
              <div className="al-picker-group" aria-hidden="true">{group}</div>
              {ordered.map((macro, index) => macro.group !== group ? null : (
                <div key={macro.name} id={`${id}-${index}`} role="option" aria-selected={index === active}
                  className="al-picker-item" onMouseMove={() => setActive(index)} onClick={() => picked(macro)}>
                  <code className="al-macro">{`{${macro.name}}`}</code>
                  <span className="al-picker-meaning">{macro.meaning}</span>
                  {macro.example ? <span className="al-picker-example">{macro.example}</span> : null}
                </div>
              ))}
            </div>
          ))}
        </div>
        {ordered.length === 0 ? <p className="al-picker-none" role="status">No macro matches “{query}”.</p> : null}
      </Popover.Content>
    </Popover.Root>
  );
}

export function MacroField({
  id, name, label, value = "", onChange, macros = [], multiline = false, rows = 1, placeholder = "",
  describedBy, invalid = false, readOnly = false, required = false, autoFocus = false,
}) {
  const [text, setText] = useState(String(value ?? ""));
  const field = useRef(null);
  const timer = useRef(null);
  // What was sent and not yet seen back: an echo of it must never undo later typing.
  const onTheWay = useRef([]);
  const known = useMemo(() => knownNames(macros), [macros]);

  useEffect(() => {
    const incoming = String(value ?? "");
    const at = onTheWay.current.indexOf(incoming);
    if (at >= 0) onTheWay.current.splice(0, at + 1);
    else setText(incoming);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (to) => {
    clearTimeout(timer.current);
    timer.current = null;
    if (!onChange) return;
    onTheWay.current.push(to);
    onChange(to);
  };
  const change = (to, wait) => {
    const clean = multiline ? to : to.replace(/[\r\n]+/g, "");
    setText(clean);
    clearTimeout(timer.current);
    if (wait) timer.current = setTimeout(() => send(clean), SEND_AFTER_MS);
    else send(clean);
  };
  const insert = (macro) => {
    const area = field.current;
    const { selectionStart: from, selectionEnd: to } = area;
    const inserted = `{${macro.name}}`;
    change(text.slice(0, from) + inserted + text.slice(to), false);
    requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(from + inserted.length, from + inserted.length);
    });
  };
  return (
    <div className="al-macro-field" data-multiline={multiline ? "" : undefined} data-invalid={invalid ? "" : undefined}>
      <div className="al-macro-layers" style={{ "--al-rows": rows }}>
        <div className="al-macro-shade" aria-hidden="true">{parts(text, known)}{"\u200b"}</div>
        <textarea ref={field} id={id} name={name} rows={rows} value={text} placeholder={placeholder} spellCheck={false}
          autoCapitalize="off" autoCorrect="off" autoComplete="off" aria-label={id ? undefined : label}
          aria-describedby={describedBy} aria-invalid={invalid || undefined} aria-required={required || undefined}
          readOnly={readOnly} autoFocus={autoFocus}
          onChange={(event) => change(event.target.value, true)}
          onBlur={() => { if (timer.current !== null) send(text); }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || multiline || event.nativeEvent.isComposing) return;
            event.preventDefault();
            if (timer.current !== null) send(text);
            event.target.form?.requestSubmit();
          }} />
      </div>
      {macros.length && !readOnly ? <Picker macros={macros} onPick={insert} /> : null}
    </div>
  );
}
