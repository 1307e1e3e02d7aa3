// Composes graphs with the composers of others and compares the public schemas with ours.
//
// Reads one JSON object a line from the standard input: `subgraphs` (each `name` and `sdl`), `ours`, the public schema or
// null, and `supergraph`, ours or null. Writes one a line: for each composer `supergraph`, or null and `errors` (each `code`
// and `message`), and `difference`, the first line in which its public schema is not ours; and `load`, why Apollo's loader
// does not take our supergraph, or reads another public schema from it. The packages are looked up from the folder in REFERENCE_PACKAGES.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.env.REFERENCE_PACKAGES, 'package.json'));
const { buildSchema, lexicographicSortSchema, parse, printSchema } = require('graphql');
const apollo = require('@apollo/composition');
const { Supergraph, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, printSchema: printApollo } = require('@apollo/federation-internals');
const guild = require('@theguild/federation-composition');

const refusals = (errors) => errors.map((error) => ({ code: error.extensions?.code ?? 'UNKNOWN', message: error.message }));

function composeWithApollo(subgraphs) {
  const services = subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}`, typeDefs: parse(sdl) }));
  const result = apollo.composeServices(services);
  if (result.errors?.length) return { errors: refusals(result.errors) };
  const supergraph = Supergraph.build(result.supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  return { supergraph: result.supergraphSdl, publicSdl: printApollo(supergraph.apiSchema()) };
}

function composeWithGuild(subgraphs) {
  const services = subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}`, typeDefs: parse(sdl) }));
  const result = guild.composeServices(services);
  return result.errors?.length ? { errors: refusals(result.errors) } : { supergraph: result.supergraphSdl, publicSdl: result.publicSdl };
}

// Descriptions and directives are compared elsewhere; what clients can ask is compared here.
function comparable(sdl) {
  const schema = lexicographicSortSchema(buildSchema(sdl, { assumeValid: true }));
  return printSchema(schema).replace(/"""[\s\S]*?"""\n?/g, '').split('\n').map((line) => line.trim()).filter(Boolean);
}

function difference(ours, theirs) {
  const [left, right] = [comparable(ours), comparable(theirs)].map((lines) => lines.filter((line) => !line.startsWith('directive ')));
  const index = left.findIndex((line, at) => line !== right[at]);
  if (index >= 0) return { ours: left[index], theirs: right[index] ?? null };
  return right.length > left.length ? { ours: null, theirs: right[left.length] } : null;
}

// Why another router's loader does not read our supergraph as we do.
function load(supergraph, ours) {
  try {
    const loaded = Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
    const found = difference(ours, printApollo(loaded.apiSchema()));
    return found && JSON.stringify(found);
  } catch (error) {
    return String(error.message);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { subgraphs, ours, supergraph } = JSON.parse(line);
  const verdict = {};
  for (const [composer, compose] of [['apollo', composeWithApollo], ['guild', composeWithGuild]]) {
    let result;
    try {
      result = compose(subgraphs);
    } catch (error) {
      result = { errors: [{ code: 'THREW', message: String(error.message) }] };
    }
    const both = result.publicSdl !== undefined && ours;
    verdict[composer] = {
      supergraph: result.supergraph ?? null,
      errors: result.errors ?? [],
      difference: both ? difference(ours, result.publicSdl) : null,
    };
  }
  verdict.load = supergraph ? load(supergraph, ours) : null;
  console.log(JSON.stringify(verdict));
}
