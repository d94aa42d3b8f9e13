// A check box that is ticked at once; the server's word, when it comes, is what holds.
import { useEffect, useState } from "react";

export function Tick({ checked = false, name = "", onChange, className = "" }) {
  const [shown, setShown] = useState(Boolean(checked));
  useEffect(() => setShown(Boolean(checked)), [checked]);
  const change = (event) => {
    setShown(event.target.checked);
    onChange?.(event.target.checked);
  };
  return <input type="checkbox" name={name} checked={shown} onChange={change} className={className} />;
}
