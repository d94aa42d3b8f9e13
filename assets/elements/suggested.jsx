// A field that is filled by suggestions until somebody types: what was typed wins over a late one,
// and one that comes while the cursor stands in the field waits, or it would stand before the typing.
// A form gets no value from it before that; the server makes its own suggestion from all that was
// typed elsewhere, and the one on screen may be of half a name.
import { useEffect, useState } from "react";

export function SuggestedField({ value = "", name, onChange, className = "", ...rest }) {
  const [shown, setShown] = useState(value ?? "");
  const [isTyped, setTyped] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  useEffect(() => {
    if (!isTyped && !hasFocus) setShown(value ?? "");
  }, [value, hasFocus]);
  const change = (event) => {
    setTyped(event.target.value !== "");
    setShown(event.target.value);
    onChange?.(event.target.value);
  };
  return <input type="text" autoComplete="off" spellCheck={false} {...rest} name={isTyped ? name : undefined} className={className} value={shown} onChange={change} onFocus={() => setFocus(true)} onBlur={() => setFocus(false)} />;
}
