// A moment in the viewer's zone: relative while it is fresh, the exact time in the title.
import { useSyncExternalStore } from "react";

const listeners = new Set();
let now = null;
let timer = null;

// One timer for every time on the page; it stands still while nobody looks.
function subscribe(listener) {
  listeners.add(listener);
  if (timer === null) {
    now = Date.now();
    timer = setInterval(() => {
      if (document.hidden) return;
      now = Date.now();
      listeners.forEach((each) => each());
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = null;
    }
  };
}

const formats = new Map();
function format(zone, kind) {
  const key = `${zone}|${kind}`;
  if (!formats.has(key)) {
    const shape = {
      title: { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit",
        minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, timeZoneName: "short" },
      exact: { day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
        second: "2-digit" },
      clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
      day: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
      old: { day: "numeric", month: "short", year: "numeric" },
    }[kind];
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { ...shape, hourCycle: "h23", timeZone: zone || undefined });
    } catch {
      made = new Intl.DateTimeFormat("en-GB", { ...shape, hourCycle: "h23" });
    }
    formats.set(key, made);
  }
  return formats.get(key);
}

// A moment to come: once it is there, it happens now, not "5 s ago".
function until(then, at) {
  const seconds = Math.round((then - at) / 1000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3600) return `in ${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `in ${Math.floor(seconds / 3600)} h`;
  return `in ${Math.round(seconds / 86400)} days`;
}

function relative(then, at, zone) {
  const seconds = Math.round((at - then) / 1000);
  const size = Math.abs(seconds);
  const say = (text) => (seconds >= 0 ? `${text} ago` : `in ${text}`);
  if (size < 5) return "just now";
  if (size < 60) return say(`${size} s`);
  if (size < 3600) return say(`${Math.floor(size / 60)} min`);
  if (size < 86400) return say(`${Math.floor(size / 3600)} h`);
  const sameYear = new Date(then).getFullYear() === new Date(at).getFullYear();
  return format(zone, sameYear ? "day" : "old").format(then);
}

export function Time({ value, zone = "", kind = "relative", empty = "–", className = "" }) {
  const at = useSyncExternalStore(subscribe, () => now, () => null);
  const then = value ? Date.parse(String(value).replace(" ", "T")) : NaN;
  if (Number.isNaN(then)) return <span className="al-dim">{empty}</span>;
  // The page is built before anybody's clock and zone are known.
  const say = { relative, until }[kind] ?? (() => format(zone, kind).format(then));
  const text = at === null ? "" : say(then, at, zone);
  const title = at === null ? undefined : format(zone, "title").format(then);
  return (
    <time className={`al-time ${className}`} dateTime={new Date(then).toISOString()} title={title}>
      {text}
    </time>
  );
}
