/** Everything that is about to be booked, with a way to change each of it; and what to bring. */

import type { ComponentChildren } from "preact";
import { datesPath, whenOf } from "../../shared/chosen";
import { type Chosen, draft } from "../../shared/draft";
import { hours, longDate } from "../../shared/format";
import { serviceName } from "../../shared/names";
import { t, type Word } from "../../shared/words";

/** List what was chosen and typed; while it is held, only a mistake in who will come can be mended. */
export function Summary({ chosen, isHeld = false }: { chosen: Chosen; isHeld?: boolean }) {
  const { name, birthDate, heldFor } = draft();
  const isNamed = name !== undefined && birthDate !== undefined && heldFor !== null;
  const dates = datesPath(chosen.office, chosen.service);
  return (
    <dl class="facts">
      <Fact word="check.when" href={isHeld ? null : dates}>
        <b>{whenOf(chosen)}</b><br />{hours(chosen.hours, chosen.timezone)}
      </Fact>
      <Fact word="check.office" href={isHeld ? null : `/kantor?layanan=${chosen.service}`}>{chosen.officeName}</Fact>
      <Fact word="check.service" href={isHeld ? null : "/layanan"}>{serviceName(chosen.service)}</Fact>
      {isNamed ? (
        <Fact word="check.who" href="/data" change={isHeld ? "held.data" : "check.change"}>
          {name}<br />{t("check.born", { date: longDate(birthDate) })}
        </Fact>
      ) : null}
    </dl>
  );
}

interface FactProps {
  word: Word;
  href: string | null;
  change?: Word;
  children: ComponentChildren;
}

function Fact({ word, href, change = "check.change", children }: FactProps) {
  return (
    <>
      <dt>{t(word)}</dt>
      <dd>
        {children}
        {href === null ? null : <><br /><a href={href}>{t(change)}<span class="unseen"> {t(word)}</span></a></>}
      </dd>
    </>
  );
}
