/// The graph of the platform, read from the subgraphs' schemas.

import type { Graph, GraphField } from "../src/model.ts";
import { typesOf, type SdlType } from "../src/sdl.ts";
import { SUBGRAPHS, sdlOf, type Name } from "./platform.ts";
import { hashOf } from "./random.ts";

const ALL = new Map<Name, SdlType[]>(SUBGRAPHS.map((name) => [name, typesOf(sdlOf(name))]));

export function typesIn(name: Name): SdlType[] {
  return ALL.get(name)!;
}

export function graph(window: string, now: number): Graph {
  const merged = new Map<string, { kind: string; subgraphs: string[]; keys: { subgraph: string; fields: string }[]; fields: Map<string, GraphField> }>();
  for (const subgraph of SUBGRAPHS) {
    for (const { kind, name, keys, fields } of typesIn(subgraph)) {
      if (["schema", "directive"].includes(kind)) continue;
      const type = merged.get(name) ?? { kind: kind === "type" ? "object" : kind, subgraphs: [] as string[], keys: [] as { subgraph: string; fields: string }[], fields: new Map<string, GraphField>() };
      merged.set(name, type);
      type.subgraphs.push(subgraph);
      for (const key of keys) type.keys.push({ subgraph, fields: key });
      for (const field of fields) {
        const known = type.fields.get(field.name);
        if (known) known.subgraphs.push(subgraph);
        else {
          const luck = hashOf(`${name}.${field.name}`) % 1000;
          type.fields.set(field.name, { name: field.name, type: field.type, subgraphs: [subgraph], requests: luck < 170 ? 0 : Math.round(luck * luck * 0.7), deprecated: luck < 12 ? "Use `title`." : null, tags: luck > 940 ? ["partner"] : [] });
        }
      }
    }
  }
  const shown = (type: { fields: Map<string, GraphField> }) => [...type.fields.values()];
  const all = [...merged].sort(([a], [b]) => a.localeCompare(b));
  const entities = all.filter(([, { keys }]) => keys.length > 0);
  const edges: Graph["edges"] = [];
  for (const [name, { keys }] of entities) {
    const owners = [...new Set(keys.map(({ subgraph }) => subgraph))];
    for (const from of owners) {
      for (const to of owners) {
        const luck = hashOf(`${from}>${to}/${name}`) % 1000;
        if (from !== to && luck > (owners.length > 4 ? 800 : 450)) edges.push({ from, to, entity: name, requests: Math.round((luck / 40) ** 3) });
      }
    }
  }
  const types = all.map(([name, type]) => ({ name, kind: type.kind, subgraphs: type.subgraphs, fields: shown(type) }));
  return {
    window, observedSinceAt: new Date(now - 6.4 * 86_400_000).toISOString(),
    subgraphs: SUBGRAPHS.map((name) => ({ name, types: typesIn(name).length, fields: typesIn(name).reduce((sum, { fields }) => sum + fields.length, 0) })),
    entities: entities.map(([type, { keys, fields }]) => ({ type, owners: [...new Set(keys.map(({ subgraph }) => subgraph))], keys, fields: [...fields.values()] })),
    types, edges,
    unused: types.filter(({ kind }) => kind === "object").flatMap(({ name, fields }) => fields.filter(({ requests }) => requests === 0).map((field) => ({ coordinate: `${name}.${field.name}`, subgraphs: field.subgraphs, sinceAt: new Date(now - 6.4 * 86_400_000).toISOString() }))),
  };
}
