/** Rules of this project: no failure goes unheard. */

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

export default {
  rules: { 'no-promise-handler': noPromiseHandler, 'no-silent-catch': noSilentCatch },
};
