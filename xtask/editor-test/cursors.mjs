// What an editor is asked, and what it should show.
//
// `¦` is the cursor. `only` are all labels, `has` and `lacks` some of them; `inserts` is the exact text of an item, `says`
// and `hover` a part of what is shown; `problems` are all complaints but those about unquoted keys, which no schema can
// silence. Every cursor is asked in every editor.

import { readFileSync } from 'node:fs';

// This file runs as a copy, beside the packages that it needs.
const workspace = process.argv[2];
const block = (name) => readFileSync(`${workspace}/crates/config-schema/tests/it/data/${name}.json5`, 'utf8');

/** A documented block as it is printed, with the cursor in place of, or right behind, some of its text. */
const inBlock = (name, found, put) => {
  const text = block(name);
  if (!text.includes(found)) throw new Error(`the block ${name} has no ${found}`);
  return text.replace(found, put);
};
const bedrock = (entry) => `{\n  "models": {\n    "providers": {\n      "amazon-bedrock": ${entry}\n    }\n  }\n}`;
const other = (entry) => `{ "models": { "providers": { "second": ${entry} } } }`;
const model = (entry) => bedrock(`{ "models": [${entry}] }`);
const options = (entry) => bedrock(`{ "params": ${entry} }`);
const agents = (entry) => `{ "agents": { "defaults": ${entry} } }`;
const commented = (entry) => `// What I use.\n{\n  /* providers,\n     one so far */\n  "models": {\n    "providers": {\n      // the usual one\n      "amazon-bedrock": ${entry}, // done\n    },\n  },\n}`;

const providerKeys = [
  'api', 'apiKey', 'auth', 'baseUrl', 'headers', 'models', 'params', 'profile', 'region', 'roleArn', 'timeouts',
];
const modelKeys = [
  'baseUrl', 'canonicalModelId', 'capabilities', 'contextWindow', 'cost', 'headers', 'id', 'input', 'maxTokens', 'name',
  'params', 'reasoning', 'thinkingLevelMap',
];
const optionKeys = [
  'additionalModelRequestFields', 'additionalModelResponseFieldPaths', 'cacheRetention', 'guardrail',
  'interleavedThinking', 'maxTokens', 'performanceConfig', 'profilePreference', 'promptVariables', 'refusalPolicy',
  'requestMetadata', 'retries', 'serviceTier', 'stopSequences', 'strictTools', 'structuredOutput', 'systemTools',
  'temperature', 'thinkingBudgets', 'thinkingDisplay', 'topP',
];
const claude = 'amazon-bedrock/us.anthropic.claude-opus-4-5-20251101-v1:0';

const roots = [
  {
    name: 'keys of the document',
    text: '{ ¦ }',
    has: ['models', 'agents'],
    inserts: { models: '"models": {$1}', agents: '"agents": {$1}' },
    says: { models: 'Which providers and models there are.' },
    problems: [],
  },
  { name: 'the schema is named once', text: '{ "$schema": "./clawdia.schema.json", ¦ }', only: ['models', 'agents'], problems: [] },
  { name: 'a half-typed key', text: '{ mod¦ }', has: ['models'] },
  { name: 'a key in quotes that are not closed', text: '{ "mod¦', has: ['models'] },
  { name: 'hover over models', text: '{ "mod¦els": {} }', hover: 'Which providers and models there are.', problems: [] },
  { name: 'an unknown key', text: '{ "modles": {}¦ }', problems: ['Property modles is not allowed.'] },
  { name: 'keys of models', text: '{ "models": { ¦ } }', only: ['bedrockDiscovery', 'mode', 'providers'], inserts: { providers: '"providers": {$1}' } },
  { name: 'keys of discovery', text: '{ "models": { "bedrockDiscovery": { ¦ } } }', only: ['defaultContextWindow', 'defaultMaxTokens', 'enabled', 'providerFilter', 'refreshInterval', 'region'] },
  { name: 'a seldom refreshed discovery', text: '{ "models": { "bedrockDiscovery": { "refreshInterval": -1¦ } } }', problems: ['Value is below the minimum of 0.'] },
  { name: 'the mode', text: '{ "models": { "mode": ¦ } }', only: ['"merge"', '"replace"'], says: { '"replace"': 'Only what is configured exists.' } },
  { name: 'inserting the mode asks for a word', text: '{ "models": { m¦ } }', inserts: { mode: '"mode": $1' } },
  { name: 'hover over the mode', text: '{ "models": { "mo¦de": "replace" } }', hover: 'Only what is configured exists', problems: [] },
  { name: 'a wrong mode', text: '{ "models": { "mode": "merged"¦ } }', problems: ['Value is not accepted. Valid values: "merge", "replace".'] },
  { name: 'makers of models', text: '{ "models": { "bedrockDiscovery": { "providerFilter": [¦] } } }', has: ['"amazon"', '"anthropic"'] },
  { name: 'keys of agents', text: '{ "agents": { ¦ } }', only: ['defaults', 'entries'], inserts: { defaults: '"defaults": {$1}' } },
];

const providers = [
  { name: 'ids of providers', text: '{ "models": { "providers": { ¦ } } }', only: ['amazon-bedrock'], says: { 'amazon-bedrock': 'clawdia-provider-bedrock' } },
  { name: 'any other id', text: other('{ "api": "bedrock-converse-stream" }¦'), problems: [] },
  { name: 'an id that no ref can name', text: '{ "models": { "providers": { "A/b": { "api": "bedrock-converse-stream" }¦ } } }', problems: ["A provider's id is in lower case, without slashes and blanks."] },
  { name: 'keys of a provider', text: bedrock('{ ¦ }'), only: providerKeys, problems: [] },
  { name: 'keys of another provider', text: other('{ "api": "bedrock-converse-stream", ¦ }'), only: providerKeys.filter((key) => key !== 'api') },
  { name: 'a provider that does not say what it speaks', text: other('{ ¦ }'), has: ['api', 'params'], problems: ['Missing property "api".'] },
  { name: 'the protocol', text: bedrock('{ "api": ¦ }'), only: ['"bedrock-converse-stream"'], says: { '"bedrock-converse-stream"': 'clawdia-provider-bedrock' } },
  { name: 'a protocol of another crate', text: bedrock('{ "api": "acme-chat"¦ }'), problems: [] },
  { name: 'authentication', text: bedrock('{ "auth": "¦" }'), only: ['"aws-sdk"'] },
  { name: 'unknown authentication', text: bedrock('{ "auth": "aws_sdk"¦ }'), problems: ['Value is not accepted. Valid values: "aws-sdk".'] },
  { name: 'a region', text: bedrock('{ "region": "¦" }'), has: ['"us-east-1"', '"eu-central-1"'] },
  { name: 'a region that is not listed', text: bedrock('{ "region": "mars-north-1"¦ }'), problems: [] },
  { name: 'a region in blanks', text: bedrock('{ "region": " "¦ }'), problems: ['Leave the key out instead of writing blanks.'] },
  { name: 'no region', text: bedrock('{ "region": null¦ }'), problems: ['Incorrect type. Expected "string".'] },
  { name: 'a key, or where to find it', text: bedrock('{ "apiKey": ¦ }'), only: ['env', 'file', 'exec'], says: { exec: 'what a command writes' }, inserts: { env: '{\n\t"name": "${1:ACME_API_KEY}",\n\t"source": "env"\n}' } },
  { name: 'inserting a key asks where it is', text: bedrock('{ apiK¦ }'), inserts: { apiKey: '"apiKey": $1' } },
  { name: 'a key from elsewhere', text: bedrock('{ "apiKey": { "source": "¦" } }'), only: ['"env"', '"file"', '"exec"'], says: { '"file"': 'In a file' } },
  { name: 'keys of a key from elsewhere', text: bedrock('{ "apiKey": { ¦ } }'), only: ['command', 'name', 'path', 'source', 'timeoutSeconds'], says: { command: 'The program and its arguments' }, problems: ['Missing property "source".'] },
  { name: 'a key from the environment', text: bedrock('{ "apiKey": { "source": "env", "na¦me": "ACME_KEY" } }'), hover: 'The name of the variable', problems: [] },
  { name: 'hover over where a key is', text: bedrock('{ "apiKey": { "sou¦rce": "exec", "command": ["pass", "show", "acme"] } }'), hover: 'what a command writes', problems: [] },
  { name: 'a key from a variable without a name', text: bedrock('{ "apiKey": { "source": "env" }¦ }'), problems: ['Missing property "name".'] },
  { name: 'a key from a variable in a file', text: bedrock('{ "apiKey": { "source": "env", "name": "X", "path": "x" }¦ }'), problems: ['Property path is not allowed.'] },
  { name: 'a key from nowhere', text: bedrock('{ "apiKey": { "source": "evn", "name": "X" }¦ }'), problems: ['Value is not accepted. Valid values: "env", "file", "exec".'] },
  { name: 'a key that is a number', text: bedrock('{ "apiKey": 3¦ }'), problems: ['Incorrect type. Expected one of string, object.'] },
  { name: 'a key in blanks', text: bedrock('{ "apiKey": " "¦ }'), problems: ['Leave the key out instead of writing blanks.'] },
  { name: 'a role that is none', text: bedrock('{ "roleArn": "clawdia"¦ }'), problems: ['Write the ARN of a role, such as `arn:aws:iam::111122223333:role/clawdia`.'] },
  { name: 'a port that is none', text: bedrock('{ "baseUrl": "https://h:65536"¦ }'), problems: ['Write an address such as `https://bedrock-runtime.us-east-1.amazonaws.com`.'] },
  { name: 'names of headers', text: bedrock('{ "headers": { ¦ } }'), has: ['x-team'] },
  { name: 'an address from the environment', text: bedrock('{ "baseUrl": "${BEDROCK}"¦ }'), problems: [] },
  { name: 'hover over an address', text: bedrock('{ "base¦Url": "https://a.example" }'), hover: "The provider's address", problems: [] },
  { name: 'no address', text: bedrock('{ "baseUrl": "a.example"¦ }'), problems: ['Write an address such as `https://bedrock-runtime.us-east-1.amazonaws.com`.'] },
  { name: 'timeouts', text: bedrock('{ "timeouts": { ¦ } }'), only: ['connectMs', 'firstEventMs', 'idleMs', 'totalMs'], inserts: { connectMs: '"connectMs": ${1:5000}' } },
  { name: 'a timeout in words', text: bedrock('{ "timeouts": { "idleMs": "30s"¦ } }'), problems: ['Incorrect type. Expected "integer".'] },
  { name: 'a header of two words', text: bedrock('{ "headers": { "x y": "1"¦ } }'), problems: ['The name of a header has letters, digits and `-`.'] },
  { name: 'keys under comments', text: commented('{\n        ¦\n      }'), only: providerKeys, problems: [] },
  { name: 'a region under comments', text: commented('{ "region": "¦", }'), has: ['"us-east-1"'] },
  { name: 'hover under comments', text: commented('{ "reg¦ion": "us-east-1", }'), hover: 'The region to call', problems: [] },
];

const models = [
  { name: 'keys of a model', text: model('{ ¦ }'), only: modelKeys, inserts: { cost: '"cost": {$1}', reasoning: '"reasoning": $1', contextWindow: '"contextWindow": ${1:200000}', input: '"input": $1' } },
  { name: 'a model without an id', text: model('{ "name": "x"¦ }'), problems: ['Missing property "id".'] },
  { name: 'what a model reads', text: model('{ "id": "x", "input": [¦] }'), has: ['"text"', '"image"'], says: { '"image"': 'Still images.' } },
  { name: 'whether a model thinks', text: model('{ "id": "x", "reasoning": ¦ }'), only: ['true', 'false'] },
  { name: 'prices', text: model('{ "id": "x", "cost": { ¦ } }'), only: ['cacheRead', 'cacheWrite', 'cacheWrite1h', 'input', 'output', 'serviceTiers', 'tiers'], says: { cacheRead: 'dollars per million input tokens' } },
  { name: 'a negative price', text: model('{ "id": "x", "cost": { "input": -1¦ } }'), problems: ['Value is below the minimum of 0.'] },
  { name: 'a window of nothing', text: model('{ "id": "x", "contextWindow": 0¦ }'), problems: ['Value is below the minimum of 1.'] },
  { name: 'thinking levels', text: model('{ "id": "x", "thinkingLevelMap": { ¦ } }'), only: ['off', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] },
  { name: 'a level that a model does not have', text: model('{ "id": "x", "thinkingLevelMap": { "off": null¦ } }'), problems: [] },
  { name: 'keys of a price tier', text: model('{ "id": "x", "cost": { "tiers": [{ ¦ }] } }'), has: ['inputTokensAbove', 'input'] },
  { name: 'capabilities', text: model('{ "id": "x", "capabilities": { ¦ } }'), has: ['promptCaching', 'tools'], says: { tools: 'Tools are taken.' }, inserts: { tools: '"tools": $1' } },
  { name: 'a misspelt capability', text: model('{ "id": "x", "capabilities": { "promptCachng": true¦ } }'), problems: ['Property promptCachng is not allowed.'] },
  { name: 'service tiers with prices', text: model('{ "id": "x", "cost": { "serviceTiers": { ¦ } } }'), has: ['flex', 'priority'] },
  { name: 'a misspelt key of a model', text: model('{ "id": "x", "context_window": 1¦ }'), problems: ['Property context_window is not allowed.'] },
];

const protocol = [
  { name: 'options of the owned protocol', text: options('{ ¦ }'), only: optionKeys, problems: [] },
  { name: 'options when the protocol is said', text: bedrock('{ "api": "bedrock-converse-stream", "params": { ¦ } }'), only: optionKeys },
  { name: 'options under another id', text: other('{ "api": "bedrock-converse-stream", "params": { ¦ } }'), only: optionKeys },
  { name: 'options before the protocol is said', text: other('{ "params": { ¦ } }'), only: optionKeys },
  { name: 'options of another protocol', text: other('{ "api": "acme-chat", "params": { ¦ } }'), only: [], problems: [] },
  { name: 'options of a model', text: model('{ "id": "x", "params": { ¦ } }'), only: optionKeys },
  { name: 'an option that opens a list', text: options('{ serv¦ }'), inserts: { serviceTier: '"serviceTier": $1' } },
  { name: 'a tier', text: options('{ "serviceTier": ¦ }'), has: ['"flex"', '"priority"'] },
  { name: 'a tier that is not listed', text: options('{ "serviceTier": "new"¦ }'), problems: [] },
  { name: 'another spelling is valid', text: options('{ "service_tier": "flex"¦ }'), lacks: ['service_tier'], problems: [] },
  { name: 'tools of the service', text: options('{ "systemTools": [¦] }'), has: ['"nova_grounding"'] },
  { name: 'words of an option', text: options('{ "profilePreference": ¦ }'), only: ['"geo"', '"global"', '"none"'], says: { '"none"': 'called as it is written' } },
  { name: 'a guardrail at once', text: options('{ guard¦ }'), inserts: { guardrail: '"guardrail": {\n\t"guardrailIdentifier": "$1",\n\t"guardrailVersion": "${2:DRAFT}"\n}' } },
  { name: 'a version of a guardrail', text: options('{ "guardrail": { "guardrailVersion": "v1"¦ } }'), problems: ['Write a number such as "1", or "DRAFT".'] },
  { name: 'hover over an option', text: options('{ "ret¦ries": {} }'), hover: 'How often and how long a call is tried again', problems: [] },
  { name: 'hover over the options', text: bedrock('{ "par¦ams": {} }'), hover: "Options of the provider's protocol", problems: [] },
  { name: 'too much randomness', text: options('{ "temperature": 2¦ }'), problems: ['Value is above the maximum of 1.'] },
  { name: 'a misspelt option', text: options('{ "serviceTeir": "flex"¦ }'), problems: ['Property serviceTeir is not allowed.'] },
  { name: 'nothing to take back', text: options('{ "profilePreference": null¦ }'), problems: ['Incorrect type. Expected "string".', 'Value is not accepted. Valid values: "geo", "global", "none".'] },
  { name: 'an option taken back for a model', text: model('{ "id": "x", "params": { "profilePreference": null¦ } }'), problems: [] },
  { name: 'how to take an option back', text: model('{ "id": "x", "params": { "profilePreference": ¦ } }'), has: ['null', '"geo"'] },
];

const agent = [
  { name: 'keys of defaults', text: agents('{ ¦ }'), only: ['model', 'models', 'params', 'thinkingDefault', 'timeoutSeconds'] },
  { name: 'two ways to choose a model', text: agents('{ "model": ¦ }'), has: ['a model', 'a model and fallbacks'] },
  { name: 'keys of a choice', text: agents('{ "model": { ¦ } }'), only: ['primary', 'fallbacks'], inserts: { fallbacks: '"fallbacks": [\n\t"$1"\n]' } },
  { name: 'a misspelt key of a choice', text: agents('{ "model": { "primry": "a/b"¦ } }'), problems: ['Property primry is not allowed.'] },
  { name: 'a ref without a provider', text: agents('{ "model": { "primary": "claude"¦ } }'), problems: ['Write `provider/model`, such as `amazon-bedrock/us.amazon.nova-lite-v1:0`.'] },
  { name: 'a short ref without a provider', text: agents('{ "model": "claude"¦ }'), problems: ['Write `provider/model`, such as `amazon-bedrock/us.amazon.nova-lite-v1:0`.'] },
  { name: 'options for all models', text: agents('{ "params": { ¦ } }'), only: optionKeys },
  { name: 'hover over an option for all models', text: agents('{ "params": { "max¦Tokens": 1 } }'), hover: 'The most tokens an answer may have', problems: [] },
  { name: 'options for one agent', text: '{ "agents": { "entries": { "reviewer": { "params": { ¦ } } } } }', only: optionKeys },
  { name: 'the model of one agent', text: '{ "agents": { "entries": { "reviewer": { "model": "x"¦ } } } }', problems: ['Write `provider/model`, such as `amazon-bedrock/us.amazon.nova-lite-v1:0`.'] },
  { name: 'how much to think', text: agents('{ "thinkingDefault": ¦ }'), has: ['"off"', '"high"'] },
  { name: 'options for one model', text: agents('{ "models": { "amazon-bedrock/x": { "params": { ¦ } } } }'), only: optionKeys },
  { name: 'a wrong option for one model', text: agents('{ "models": { "amazon-bedrock/x": { "params": { "serviceTeir": 1 }¦ } } }'), problems: ['Property serviceTeir is not allowed.'] },
  { name: 'options for a model of an unknown provider', text: agents('{ "models": { "acme/x": { "params": { ¦ } } } }'), has: ['temperature'] },
  { name: 'any option for a model of an unknown provider', text: agents('{ "models": { "acme/x": { "params": { "own": 1 }¦ } } }'), problems: [] },
  { name: 'hover over options for one model', text: agents('{ "models": { "amazon-bedrock/x": { "par¦ams": {} } } }'), hover: 'before all that is said of providers', problems: [] },
  { name: 'a short name with a slash', text: agents('{ "models": { "a/b": { "alias": "x/y"¦ } } }'), problems: ['Write a word without slashes, such as `opus`.'] },
  { name: 'a fallback that stands there twice', text: agents('{ "model": { "fallbacks": ["a/b", "a/b"]¦ } }'), problems: ['Array has duplicate items.'] },
  { name: 'a name for an agent', text: '{ "agents": { "entries": { ¦ } } }', has: ['coder'] },
  { name: 'an agent without a name', text: '{ "agents": { "entries": { " ": {}¦ } } }', problems: ['Give the agent a name, such as `coder`.'] },
  { name: 'a key for one model', text: agents('{ "models": { ¦ } }'), has: ['amazon-bedrock/us.amazon.nova-lite-v1:0'] },
  { name: 'a key that is no ref', text: agents('{ "models": { "large": {}¦ } }'), problems: ['Write `provider/model`, such as `amazon-bedrock/us.amazon.nova-lite-v1:0`.'] },
];

const documented = [
  { name: 'the documented provider is right', text: `${block('provider')}¦`, problems: [] },
  { name: 'a new key in the documented provider', text: inBlock('provider', 'auth: "aws-sdk",', 'auth: "aws-sdk",\n        ¦'), has: ['region', 'params', 'timeouts'], lacks: ['auth', 'api'] },
  { name: 'a half-typed key in the documented provider', text: inBlock('provider', 'auth: "aws-sdk",', 'reg¦'), has: ['region'] },
  { name: 'a value in the documented provider', text: inBlock('provider', 'auth: "aws-sdk"', 'auth: ¦'), has: ['"aws-sdk"'] },
  { name: 'a word within its quotes', text: inBlock('provider', '["text", "image"]', '["text", "¦"]'), has: ['"video"'] },
  { name: 'a price in the documented provider', text: inBlock('provider', 'cacheWrite: 0 }', 'cacheWrite: 0, ¦ }'), has: ['cacheWrite1h', 'tiers'] },
  { name: 'hover in the documented provider', text: inBlock('provider', 'contextWindow', 'context¦Window'), hover: 'tokens prompt and answer may have together' },
  { name: 'a mistake in the documented provider', text: inBlock('provider', 'maxTokens: 8192', 'maxTokens: "8K"¦'), problems: ['Incorrect type. Expected "integer".'] },
  { name: 'a new agent key in the documented provider', text: inBlock('provider', 'defaults: {', 'defaults: {\n      ¦'), has: ['params', 'models'] },
  { name: 'keys beside the documented discovery', text: inBlock('discovery', 'models: {', 'models: {\n    ¦'), has: ['mode', 'providers'] },
];

const proposing = [
  { name: 'known models', schema: 'proposing', text: agents('{ "model": { "primary": ¦ } }'), has: [`"${claude}"`], says: { [`"${claude}"`]: '| Context window | 200000 tokens |' }, detail: { [`"${claude}"`]: '200K · $5/$25' } },
  { name: 'known models as fallbacks', schema: 'proposing', text: agents('{ "model": { "fallbacks": [¦] } }'), has: [`"${claude}"`] },
  { name: 'known models in short', schema: 'proposing', text: agents('{ "model": "amazon-bedrock/us¦" }'), has: [`"${claude}"`] },
  { name: 'known models as keys', schema: 'proposing', text: agents('{ "models": { ¦ } }'), has: [claude], inserts: { [claude]: `"${claude}": {$1}` }, says: { [claude]: 'Claude Opus 4.5' } },
  { name: 'hover over a known model', schema: 'proposing', text: agents(`{ "model": { "primary": "${claude}¦" } }`), hover: 'Claude Opus 4.5', problems: [] },
  { name: 'a model that is not known', schema: 'proposing', text: agents('{ "model": { "primary": "acme/large"¦ } }'), problems: [] },
  { name: 'a mistake among known models', schema: 'proposing', text: agents('{ "model": { "primary": "claude"¦ } }'), problems: ['Write `provider/model`, such as `amazon-bedrock/us.amazon.nova-lite-v1:0`.'] },
  { name: 'known regions', schema: 'proposing', text: bedrock('{ "region": "¦" }'), only: ['"eu-central-1"', '"us-east-1"'] },
  { name: 'options for a known model', schema: 'proposing', text: agents(`{ "models": { "${claude}": { "params": { ¦ } } } }`), only: optionKeys },
];

// A host with a protocol that shares `temperature` with the other one, and takes a `store` in two ways.
const anotherKeys = ['store', 'temperature'];
const another = [
  { name: 'ids of two crates', schema: 'another', text: '{ "models": { "providers": { ¦ } } }', only: ['amazon-bedrock', 'another'] },
  { name: 'options of another protocol', schema: 'another', text: '{ "models": { "providers": { "another": { "params": { ¦ } } } } }', only: anotherKeys, says: { temperature: 'Heat' } },
  { name: 'options of two protocols', schema: 'another', text: agents('{ "params": { ¦ } }'), only: [...optionKeys, 'store'], inserts: { temperature: '"temperature": ${1:0.2}' }, says: { temperature: '`another-chat`: Heat, 0 to 2.' } },
  { name: 'hover over an option of two protocols', schema: 'another', text: agents('{ "params": { "temp¦erature": 1 } }'), hover: '`bedrock-converse-stream`: Randomness', problems: [] },
  { name: 'what only one of two protocols takes', schema: 'another', text: agents('{ "params": { "temperature": 1.5 }¦ }'), problems: ['Value is above the maximum of 1.'] },
  { name: 'options for a model of the first', schema: 'another', text: agents('{ "models": { "amazon-bedrock/x": { "params": { ¦ } } } }'), only: optionKeys, says: { temperature: 'Randomness' } },
  { name: 'options for a model of the second', schema: 'another', text: agents('{ "models": { "another/x": { "params": { ¦ } } } }'), only: anotherKeys, says: { temperature: 'Heat' } },
  { name: 'a value in two ways', schema: 'another', text: '{ "models": { "providers": { "another": { "params": { "store": ¦ } } } } }', has: ['directory', 'table'], inserts: { table: '{\n\t"kind": "table",\n\t"name": "${1:answers}"\n}' } },
  { name: 'a value of neither way', schema: 'another', text: '{ "models": { "providers": { "another": { "params": { "store": 3 }¦ } } } }', problems: ['Incorrect type. Expected one of string, object.'] },
  { name: 'a misspelt key in one of two ways', schema: 'another', text: '{ "models": { "providers": { "another": { "params": { "store": { "kind": "table", "nmae": "x" }¦ } } } } }', problems: ['Property nmae is not allowed.'] },
  { name: 'no authentication where there is none', schema: 'another', text: '{ "models": { "providers": { "another": { "auth": "key"¦ } } } }', problems: ['`another-chat` has no words for this; leave the key out.'] },
  { name: 'capabilities of another protocol', schema: 'another', text: '{ "models": { "providers": { "another": { "models": [{ "id": "x", "capabilities": { ¦ } }] } } } }', only: ['hearing'] },
];

export const cursors = [...roots, ...providers, ...models, ...protocol, ...agent, ...documented, ...proposing, ...another];
