/** C2: which service. What nobody offers is not asked for. */

import { useState } from "preact/hooks";
import { call, type Schemas } from "../shared/api";
import { draft, keep } from "../shared/draft";
import { ErrorSummary, type Fault } from "../shared/field";
import { Frame } from "../shared/frame";
import { useLoad } from "../shared/load";
import { KNOWN_SERVICES, serviceHint, serviceName } from "../shared/names";
import { start } from "../shared/start";
import { t } from "../shared/words";

type Offices = Schemas["Offices"];

function Service() {
  const [service, setService] = useState(draft().service);
  const [faults, setFaults] = useState<Fault[]>([]);
  const { value } = useLoad("offices", async (signal) => (await call<Offices>("/v1/offices?brief=true", { signal })).body);
  const counts = countsOf(value);
  const choose = (chosen: string) => {
    setService(chosen);
    setFaults([]);
    keep({ service: chosen });
  };
  const goOn = (event: Event) => {
    event.preventDefault();
    if (service !== undefined) return goToOffices(service);
    setFaults([{ field: `service-${KNOWN_SERVICES[0]}`, text: t("service.missing") }]);
  };
  return (
    <Frame title={t("service.title")} back="/">
      <ErrorSummary faults={faults} />
      <form onSubmit={goOn} noValidate>
        <fieldset>
          <legend class="unseen">{t("service.title")}</legend>
          {[...counts].map(([id, count]) => (
            <label key={id} class="choice">
              <input
                id={`service-${id}`} type="radio" name="service" value={id}
                checked={service === id} onChange={() => choose(id)}
              />
              <span>
                <b>{serviceName(id)}</b>
                {serviceHint(id) === null ? null : <><br /><span class="soft">{serviceHint(id)}</span></>}
                <br />
                <span class="soft">{count === null ? "\u00a0" : t("service.offices", { count })}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <p class="hint">{t("service.family")}</p>
        <div class="buttons"><button class="button">{t("service.goOn")}</button></div>
      </form>
    </Frame>
  );
}

/** Count the offices of each service; the counts are not known before they are read. */
function countsOf(offices: Offices | null): Map<string, number | null> {
  if (offices === null) return new Map(KNOWN_SERVICES.map((service) => [service, null]));
  const every = offices.offices.flatMap((office) => office.services);
  const others = every.filter((service) => !KNOWN_SERVICES.includes(service)).sort();
  const counted = [...KNOWN_SERVICES, ...others].map((service) => (
    [service, every.filter((one) => one === service).length] as const
  ));
  return new Map(counted.filter(([, count]) => count > 0));
}

/** Begin anew with this service; a date that was chosen for another one is none of it. */
function goToOffices(service: string): void {
  const { chosen } = draft();
  keep({ service, moves: undefined, chosen: chosen?.service === service ? chosen : undefined });
  location.assign(`/kantor?layanan=${service}`);
}

void start(Service);
