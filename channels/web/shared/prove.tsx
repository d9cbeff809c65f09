/** Prove that a booking is one's own: by the applicant's birth date, or by the phone it was made with. */

import { useState } from "preact/hooks";
import { Find } from "./find";
import { Login } from "./login";
import { t } from "./own-words";

export function Prove({ code, onProven }: { code: string; onProven: () => void }) {
  const [byPhone, setByPhone] = useState(false);
  return (
    <>
      <p>{byPhone ? t("find.phone_why") : t("find.born_why")}</p>
      {byPhone ? <Login onProven={onProven} /> : <Find code={code} onFound={onProven} />}
      <p>
        <button type="button" class="plain" onClick={() => setByPhone(!byPhone)}>
          {byPhone ? t("find.by_born") : t("find.by_phone")}
        </button>
      </p>
    </>
  );
}
