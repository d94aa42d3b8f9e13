// What the server asks of the open page, by name. Reflex would evaluate text as code for this, which
// the Content-Security-Policy forbids; a ref whose value is set needs no code.
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { toast } from "sonner";
import { refs } from "$/utils/state";

const FRAMES = 120; // two seconds, in which a part may still be drawn
const SETTLED_MS = 60; // what an answer changes is drawn a moment after it

let navigate = (path) => window.location.assign(path);

const steps = {
  toast: ({ level, text }) => toast[level](text),

  linkedToast: ({ text, label, href, details }) =>
    toast.success(text, {
      description: details || undefined,
      action: { label, onClick: () => navigate(href) },
      closeButton: false, // it would cover the button; the toast leaves by itself
      duration: 10_000,
    }),

  once: ({ name, text }) =>
    window.dispatchEvent(new CustomEvent("al-once", { detail: { name, text } })),

  leave: ({ path }) => window.location.assign(path),

  reload: () => window.location.reload(),

  focus: ({ id }) => setTimeout(() => document.getElementById(id)?.focus(), SETTLED_MS),

  focusNow: ({ id }) => document.getElementById(id)?.focus(),

  show: ({ id, frames = FRAMES }) => {
    const part = document.getElementById(id);
    if (part) {
      part.scrollIntoView({ block: "start" });
      part.focus({ preventScroll: true });
    } else if (frames > 0) {
      requestAnimationFrame(() => steps.show({ id, frames: frames - 1 }));
    }
  },

  firstProblem: ({ places, field }) =>
    setTimeout(() => {
      document.querySelector(places)?.scrollIntoView({ block: "center" });
      if (field) document.querySelector(field)?.focus({ preventScroll: true });
    }, SETTLED_MS),
};

refs.ref_browser = {
  current: {
    set value({ step, ...how }) {
      steps[step](how);
    },
  },
};

export function Browser() {
  const go = useNavigate();
  useEffect(() => {
    navigate = go;
  }, [go]);
  return null;
}
