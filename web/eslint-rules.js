/** Rules of this project: no failure goes unheard, and no folder reaches up. */

import path from 'node:path';

/** Svelte's `onclick={…}` takes any function; what an async one rejects with is lost. */
const noPromiseHandler = {
  meta: {
    type: 'problem',
    messages: {
      lost: 'What this handler rejects with is lost; give its promise to `follow`, which tells it.',
    },
    schema: [],
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    return {
      SvelteAttribute({ key, value }) {
        if (!key.name.startsWith('on')) return;
        for (const part of value) {
          if (part.type !== 'SvelteMustacheTag') continue;
          const node = services.esTreeNodeToTSNodeMap.get(part.expression);
          const returns = checker
            .getTypeAtLocation(node)
            .getCallSignatures()
            .map((signature) => signature.getReturnType());
          if (returns.some((type) => type.getProperty('then'))) {
            context.report({ node: part.expression, messageId: 'lost' });
          }
        }
      },
    };
  },
};

const isNothing = (body) =>
  (body.type === 'BlockStatement' && body.body.length === 0) ||
  (body.type === 'Identifier' && body.name === 'undefined');

/** An error that nobody names is told, thrown on, or there is a comment that says why not. */
const noSilentCatch = {
  meta: {
    type: 'problem',
    messages: { silent: 'Tell this error, or say in a comment here why it is none.' },
    schema: [],
  },
  create(context) {
    const { sourceCode } = context;
    const isExplained = (node) =>
      sourceCode.getCommentsInside(node).length > 0 ||
      sourceCode
        .getAllComments()
        .some(({ loc }) => [loc.start.line, loc.end.line + 1].includes(node.loc.start.line));
    const check = (node, handler) => {
      if (!['ArrowFunctionExpression', 'FunctionExpression'].includes(handler?.type)) return;
      if (handler.params.length === 0 && isNothing(handler.body) && !isExplained(node)) {
        context.report({ node: handler, messageId: 'silent' });
      }
    };
    return {
      CatchClause(node) {
        const text = sourceCode.getText(node.body);
        if (node.param !== null || isExplained(node) || /\bthrow\b|\w\(/.test(text)) return;
        context.report({ node, messageId: 'silent' });
      },
      CallExpression(node) {
        const method = node.callee.property?.name;
        if (method === 'catch') check(node, node.arguments[0]);
        if (method === 'then') check(node, node.arguments[1]);
      },
    };
  },
};

const SOURCES = path.join(import.meta.dirname, 'src');

/** The folder of `src` that a file is in; undefined for what lies in `src` itself, or elsewhere. */
function folderOf(file) {
  const inSources = path.relative(SOURCES, file).split(path.sep);
  return inSources[0] === '..' || inSources.length < 2 ? undefined : inSources[0];
}

/** A folder imports from those above it in the table of src/README.md, so that there is no circle. */
const folderOrder = {
  meta: {
    type: 'problem',
    messages: {
      unlisted: 'Give `{{folder}}/` a row in the table of src/README.md, below what it imports.',
      above:
        '`{{from}}/` stands above `{{to}}/` in the table of src/README.md, so it cannot import from it.',
      page: '`{{from}}/` cannot import the page itself.',
    },
    schema: [{ type: 'array', items: { type: 'string' } }],
  },
  create(context) {
    const [order] = context.options;
    const from = folderOf(context.filename);
    if (from === undefined) return {};
    const check = (node) => {
      if (typeof node?.value !== 'string' || !/^\.\.?\//.test(node.value)) return;
      const file = path.resolve(path.dirname(context.filename), node.value);
      if (path.dirname(file) === SOURCES) {
        context.report({ node, messageId: 'page', data: { from } });
        return;
      }
      const to = folderOf(file);
      if (to === undefined || to === from) return;
      const unlisted = [from, to].find((folder) => !order.includes(folder));
      if (unlisted !== undefined) {
        context.report({ node, messageId: 'unlisted', data: { folder: unlisted } });
      } else if (order.indexOf(to) > order.indexOf(from)) {
        context.report({ node, messageId: 'above', data: { from, to } });
      }
    };
    const checkSource = ({ source }) => {
      check(source);
    };
    return {
      ImportDeclaration: checkSource,
      ImportExpression: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      TSImportType: checkSource,
      // A worker's file.
      "NewExpression[callee.name='URL']": (node) => {
        check(node.arguments[0]);
      },
    };
  },
};

export default {
  rules: {
    'folder-order': folderOrder,
    'no-promise-handler': noPromiseHandler,
    'no-silent-catch': noSilentCatch,
  },
};
