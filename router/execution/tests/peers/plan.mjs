// Plans operations with Apollo's planner.
//
// Reads one JSON object a line from the standard input: `supergraph` and `operations`. Writes one a line: for each operation
// the `fetches` of its plan (of each the `subgraph`, the `operation`, and the names of the fields it `sends`), and for each
// assignment of the variables a and b, counted as two bits, how many fetches it is and how many must wait for one another;
// null where it has no plan. The packages are looked up from the folder in REFERENCE_PACKAGES.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.env.REFERENCE_PACKAGES, 'package.json'));
const { parse } = require('graphql');
const { QueryPlanner } = require('@apollo/query-planner');
const { Supergraph, operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES } = require('@apollo/federation-internals');

function size(node, values) {
  switch (node?.kind) {
    case undefined: return [0, 0];
    case 'Fetch': return [1, 1];
    case 'Flatten': return size(node.node, values);
    case 'Condition': return size(values[node.condition] ? node.ifClause : node.elseClause, values);
    default: {
      const sizes = node.nodes.map((node) => size(node, values));
      const depths = sizes.map(([, depth]) => depth);
      const depth = node.kind === 'Sequence' ? depths.reduce((sum, depth) => sum + depth, 0) : Math.max(0, ...depths);
      return [sizes.reduce((sum, [count]) => sum + count, 0), depth];
    }
  }
}

function fetches(node) {
  if (!node) return [];
  if (node.kind === 'Fetch') {
    const sends = (node.requires ?? []).flatMap((part) => part.selections ?? []).map((field) => field.name).filter(Boolean);
    return [{ subgraph: node.serviceName, operation: node.operation, sends }];
  }
  return [...(node.nodes ?? []), node.node, node.ifClause, node.elseClause].filter(Boolean).flatMap(fetches);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { supergraph, operations } = JSON.parse(line);
  const loaded = Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const planner = new QueryPlanner(loaded);
  const sizes = operations.map((operation) => {
    try {
      const { node } = planner.buildQueryPlan(operationFromDocument(loaded.apiSchema(), parse(operation)));
      const sizes = [0, 1, 2, 3].map((bits) => size(node, { a: (bits & 1) > 0, b: (bits & 2) > 0 }));
      return { sizes, fetches: fetches(node) };
    } catch {
      return null;
    }
  });
  console.log(JSON.stringify(sizes));
}
