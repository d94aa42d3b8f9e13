// A check box that is ticked at once.
import { useAtOnce } from "./at_once.js";

export function Tick({ checked = false, name = "", onChange, className = "" }) {
  const [shown, choose] = useAtOnce(Boolean(checked));
  const change = (event) => {
    choose(event.target.checked);
    onChange?.(event.target.checked);
  };
  return <input type="checkbox" name={name} checked={shown} onChange={change} className={className} />;
}
