import { quantity, size, useRun, type RanAs } from "./runStore";

/// One line below the result: how the last operation went, what it cost and what is left.
export function RunBar() {
  const { run, quotas } = useRun();
  if (!run) return null;
  const { cost, as, asked } = run;
  const facts = [
    { name: "Status", value: String(run.status) },
    { name: "Time", value: quantity(run.milliseconds) },
    { name: "Size", value: size(run.bytes) },
    ...(cost ? [{ name: "Cost", value: cost.actual === undefined ? String(cost.requested) : `${cost.actual} of ${cost.requested} estimated` }] : []),
    ...quotas.map(({ name, left, burst }) => ({ name: name === "cost" ? "Cost left" : "Operations left", value: `${left} of ${burst}` })),
    ...(as || asked ? [{ name: "Run as", value: as ? ranAs(as) : (asked ?? "") }] : []),
  ];
  return (
    <section className="run-bar" aria-label="Last run">
      <dl>
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {as?.withheld && (
        <p className="run-withheld">
          Withheld, because you do not have it yourself: {[...as.withheld.roles, ...as.withheld.scopes, ...(as.withheld.claims ?? [])].join(", ")}.
        </p>
      )}
    </section>
  );
}

function ranAs(as: RanAs): string {
  if (as.anonymous) return "nobody";
  const names = [...(as.roles ?? []), ...(as.scopes ?? []), ...Object.keys(as.claims ?? {})];
  if (as.client) return names.length > 0 ? `${as.client} with ${names.join(", ")}` : as.client;
  return names.length > 0 ? names.join(", ") : "no role, no scope";
}
