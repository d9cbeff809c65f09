/** Everything that is about to be booked, with a way to change each of it; and what to bring. */

import type { ComponentChildren } from "preact";
import { datesPath, whenOf } from "../../shared/chosen";
import { type Chosen, draft } from "../../shared/draft";
import { hours, longDate } from "../../shared/format";
import { serviceName } from "../../shared/names";
import { t, type Word } from "../../shared/words";

export { Bring } from "../../shared/bring";

/** List what was chosen and typed; while it is held nothing of it can be changed. */
export function Summary({ chosen, change }: { chosen: Chosen; change: boolean }) {
  const { name, birthDate, heldFor } = draft();
  const dates = datesPath(chosen.office, chosen.service);
  return (
    <dl class="facts">
      <Fact word="check.when" href={change ? dates : null}>
        <b>{whenOf(chosen)}</b><br />{hours(chosen.hours, chosen.timezone)}
      </Fact>
      <Fact word="check.office" href={change ? `/kantor?layanan=${chosen.service}` : null}>{chosen.officeName}</Fact>
      <Fact word="check.service" href={change ? "/layanan" : null}>{serviceName(chosen.service)}</Fact>
      {name === undefined || birthDate === undefined || heldFor === "" ? null : (
        <Fact word="check.who" href={change ? "/data" : null}>{name}<br />{t("check.born", { date: longDate(birthDate) })}</Fact>
      )}
    </dl>
  );
}

interface FactProps {
  word: Word;
  href: string | null;
  children: ComponentChildren;
}

function Fact({ word, href, children }: FactProps) {
  return (
    <>
      <dt>{t(word)}</dt>
      <dd>
        {children}
        {href === null ? null : <><br /><a href={href}>{t("check.change")}<span class="unseen"> {t(word)}</span></a></>}
      </dd>
    </>
  );
}
