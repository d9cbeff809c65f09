/** Labelled inputs: the hint before, the error where it is, all errors together on top. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Born } from "./draft";
import { t } from "./words";

/** What is wrong: the id of the input that its reader must go to, and the words. */
export interface Fault {
  field: string;
  text: string;
}

/** List what is wrong on top of a form; it takes the focus each time that there is a new list. */
export function ErrorSummary({ faults }: { faults: Fault[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => { if (faults.length > 0) box.current?.focus(); }, [faults]);
  if (faults.length === 0) return null;
  return (
    <div class="panel bad" ref={box} tabIndex={-1} role="group" aria-labelledby="faults">
      <h2 id="faults">{t("field.faults")}</h2>
      <ul>
        {faults.map(({ field, text }) => (
          <li key={field}><a href={`#${field}`} onClick={(event) => goTo(event, field)}>{text}</a></li>
        ))}
      </ul>
    </div>
  );
}

function goTo(event: Event, field: string): void {
  const input = document.getElementById(field);
  if (input === null) return;
  event.preventDefault();
  input.focus();
}

/** Find what is wrong with one field. */
export function faultOf(faults: Fault[], field: string): string | undefined {
  return faults.find((fault) => fault.field === field)?.text;
}

interface TextProps {
  id: string;
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  value: string;
  onText: (text: string) => void;
  type?: "text" | "tel" | "search";
  inputMode?: "text" | "numeric" | "tel" | "search";
  autoComplete?: string;
  maxLength?: number;
}

/** One line of text. */
export function TextField({ id, label, hint, error, onText, type = "text", ...input }: TextProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <Told id={id} hint={hint} error={error} />
      <input
        id={id}
        name={id}
        type={type as "text"}
        spellcheck={false}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={describedBy(id, hint, error)}
        onInput={(event) => onText(event.currentTarget.value)}
        {...input}
      />
    </div>
  );
}

interface BirthProps {
  id: string;
  value: Born;
  onBorn: (born: Born) => void;
  error?: string | undefined;
}

const PARTS = [
  { name: "day", complete: "bday-day", width: "short", longest: 2 },
  { name: "month", complete: "bday-month", width: "short", longest: 2 },
  { name: "year", complete: "bday-year", width: "year", longest: 4 },
] as const;

/** A birth date as three numbers; a fault is to name the field `{id}-day`. */
export function BirthField({ id, value, onBorn, error }: BirthProps) {
  const hint = t("field.birth.hint");
  return (
    <fieldset class="field" aria-describedby={describedBy(id, hint, error)}>
      <legend>{t("field.birth")}</legend>
      <Told id={id} hint={hint} error={error} />
      <div class="birth">
        {PARTS.map(({ name, complete, width, longest }) => (
          <div key={name}>
            <label for={`${id}-${name}`}>{t(`field.birth.${name}`)}</label>
            <input
              id={`${id}-${name}`}
              name={`${id}-${name}`}
              class={width}
              type="text"
              inputMode="numeric"
              autoComplete={complete}
              maxLength={longest}
              value={value[name]}
              aria-invalid={error === undefined ? undefined : true}
              onInput={(event) => onBorn({ ...value, [name]: event.currentTarget.value })}
            />
          </div>
        ))}
      </div>
    </fieldset>
  );
}

interface ToldProps {
  id: string;
  hint: ComponentChildren;
  error: string | undefined;
}

function Told({ id, hint, error }: ToldProps) {
  return (
    <>
      {hint === undefined ? null : <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error === undefined ? null : <p class="error" id={`${id}-error`}>{error}</p>}
    </>
  );
}

function describedBy(id: string, hint: ComponentChildren, error: string | undefined): string | undefined {
  const parts = [hint === undefined ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`];
  return parts.join(" ").trim() || undefined;
}
