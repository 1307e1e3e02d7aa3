// Plans operations with the reference planner: node reference.mjs PACKAGES ROUNDS < work.json
// Prints the median of each operation in microseconds, as a JSON list.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [packages, rounds] = process.argv.slice(2);
const require = createRequire(join(resolve(packages), 'package.json'));
const { QueryPlanner } = require('@apollo/query-planner');
const { Supergraph, operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES } = require('@apollo/federation-internals');
const { parse } = require('graphql');

const medians = [];
for (const { supergraph: sdl, operations } of JSON.parse(readFileSync(0, 'utf8'))) {
  const supergraph = Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const planner = new QueryPlanner(supergraph);
  for (const text of operations) {
    const operation = operationFromDocument(supergraph.apiSchema(), parse(text));
    const times = [];
    for (let round = 0; round < rounds; round += 1) {
      const start = process.hrtime.bigint();
      planner.buildQueryPlan(operation);
      times.push(Number(process.hrtime.bigint() - start) / 1e3);
    }
    times.sort((one, other) => one - other);
    medians.push(times[Math.floor(times.length / 2)]);
  }
}
console.log(JSON.stringify(medians));
