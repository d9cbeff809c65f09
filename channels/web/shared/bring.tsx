/** What to bring, said before it is too late to look for it. */

import { t } from "./words";

export function Bring() {
  return (
    <>
      <h2>{t("check.bring")}</h2>
      <ul>
        <li>{t("check.bring.id")}</li>
        <li>{t("check.bring.family")}</li>
        <li>{t("check.bring.birth")}</li>
        <li>{t("check.bring.old")}</li>
        <li>{t("check.bring.copies")}</li>
      </ul>
    </>
  );
}
