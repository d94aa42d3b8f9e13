// A switch that turns at once: a second click before the answer means the other side again.
import { Switch } from "@radix-ui/themes";
import { useAtOnce } from "./at_once.js";

export function QuickSwitch({ checked = false, onChange, ...rest }) {
  const [shown, choose] = useAtOnce(Boolean(checked));
  const change = (isOn) => {
    choose(isOn);
    onChange?.(isOn);
  };
  return <Switch {...rest} checked={shown} onCheckedChange={change} />;
}
