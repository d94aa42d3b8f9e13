// What was just chosen is shown at once; what the server says holds, a refusal too.
import { useEffect, useRef, useState } from "react";

const GRACE_MS = 4000; // an answer that takes longer still comes to be shown, only later

export function useAtOnce(said) {
  const [shown, setShown] = useState(said);
  const newest = useRef(said);
  const timer = useRef();
  useEffect(() => {
    newest.current = said;
    setShown(said);
  }, [said]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const choose = (value) => {
    setShown(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setShown(newest.current), GRACE_MS);
  };
  return [shown, choose];
}
