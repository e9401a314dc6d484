// Two ways to the same answers: the library that VS Code ships, and the server that Helix and Neovim start.
//
// Separate from what is asked: both take a text with a cursor and give what an editor would show.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { ClientCapabilities, getLanguageService, TextDocument } = require('vscode-json-languageservice');

// How VS Code judges what plain JSON does not have, by language.
const TOLERANCE = {
  json: { comments: 'error', trailingCommas: 'error' },
  jsonc: { comments: 'ignore', trailingCommas: 'warning' },
};

/** What an editor shows, in one shape. */
function shown(items, hover, problems) {
  const text = (value) => (typeof value === 'string' ? value : value?.value) ?? '';
  return {
    items: items.map((item) => ({
      label: item.label,
      detail: item.detail ?? item.labelDetails?.description ?? '',
      inserts: item.textEdit?.newText ?? item.insertText ?? item.label,
      says: text(item.documentation),
    })),
    hover: hover ? [hover.contents].flat().map(text).join('\n') : '',
    problems: problems.map((problem) => problem.message),
  };
}

/** VS Code's library, with the schema associated. */
export function library(schema, languageId) {
  // A document that names its schema means this one.
  const service = getLanguageService({
    clientCapabilities: ClientCapabilities.LATEST,
    schemaRequestService: async () => JSON.stringify(schema),
    workspaceContext: { resolveRelativePath: (relative) => `file:///${relative}` },
  });
  service.configure({ validate: true, schemas: [{ uri: 'file:///schema.json', fileMatch: ['*'], schema }] });
  return {
    name: `library, ${languageId}`,
    async look(text, offset) {
      const document = TextDocument.create(`file:///clawdia.${languageId}`, languageId, 1, text);
      const parsed = service.parseJSONDocument(document);
      const position = document.positionAt(offset);
      const completion = await service.doComplete(document, position, parsed);
      const hover = await service.doHover(document, position, parsed);
      const problems = await service.doValidation(document, parsed, TOLERANCE[languageId]);
      return shown(completion?.items ?? [], hover, problems);
    },
    async close() {},
  };
}

/** The server over its standard input and output. It is told nothing: the document names its schema itself. */
export function server(directory) {
  const program = require.resolve('vscode-langservers-extracted/bin/vscode-json-language-server');
  const child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = new Map();
  const diagnostics = new Map();
  let buffer = Buffer.alloc(0);
  let count = 0;
  let broken;

  function fail(error) {
    broken = error;
    for (const { reject } of [...answers.values(), ...diagnostics.values()]) reject(error);
  }
  child.on('error', fail);
  child.on('exit', (code) => fail(new Error(`the language server ended with ${code}`)));

  function send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  function ask(method, params) {
    if (broken) return Promise.reject(broken);
    const id = ++count;
    const answer = new Promise((resolve, reject) => answers.set(id, { resolve, reject }));
    send({ id, method, params });
    return answer;
  }
  function receive(message) {
    if (message.method === 'textDocument/publishDiagnostics') {
      const waiting = diagnostics.get(message.params.uri);
      diagnostics.delete(message.params.uri);
      waiting?.resolve(message.params.diagnostics);
    } else if (message.method !== undefined && message.id !== undefined) {
      // It asks for settings: there are none.
      const none = message.method === 'workspace/configuration' ? message.params.items.map(() => null) : null;
      send({ id: message.id, result: none });
    } else if (answers.has(message.id)) {
      const { resolve, reject } = answers.get(message.id);
      answers.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    }
  }
  child.stdout.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end).toString())[1]);
      if (buffer.length < end + 4 + length) return;
      const body = buffer.subarray(end + 4, end + 4 + length).toString();
      buffer = buffer.subarray(end + 4 + length);
      receive(JSON.parse(body));
    }
  });

  const ready = ask('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      textDocument: {
        completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] } },
        hover: { contentFormat: ['markdown', 'plaintext'] },
        publishDiagnostics: {},
      },
    },
  }).then(() => send({ method: 'initialized', params: {} }));

  return {
    name: 'server, stdio',
    async look(text, offset) {
      await ready;
      if (broken) throw broken;
      const uri = pathToFileURL(path.join(directory, `clawdia-${++count}.jsonc`)).href;
      const found = new Promise((resolve, reject) => diagnostics.set(uri, { resolve, reject }));
      send({
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: 'jsonc', version: 1, text } },
      });
      const lines = text.slice(0, offset).split('\n');
      const position = { line: lines.length - 1, character: lines.at(-1).length };
      const where = { textDocument: { uri }, position };
      const completion = await ask('textDocument/completion', where);
      const hover = await ask('textDocument/hover', where);
      const result = shown(completion?.items ?? completion ?? [], hover, await found);
      send({ method: 'textDocument/didClose', params: { textDocument: { uri } } });
      return result;
    },
    async close() {
      child.removeAllListeners('exit');
      child.kill();
    },
  };
}
