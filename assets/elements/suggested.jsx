// A field that is filled by suggestions until somebody types: what was typed wins over a late one.
import { useEffect, useRef, useState } from "react";

export function SuggestedField({ value = "", onChange, className = "", ...rest }) {
  const [shown, setShown] = useState(value ?? "");
  const isTyped = useRef(false);
  useEffect(() => {
    if (!isTyped.current) setShown(value ?? "");
  }, [value]);
  const change = (event) => {
    isTyped.current = event.target.value !== "";
    setShown(event.target.value);
    onChange?.(event.target.value);
  };
  return <input type="text" autoComplete="off" spellCheck={false} {...rest} className={className} value={shown} onChange={change} />;
}
