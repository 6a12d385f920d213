import tseslint from 'typescript-eslint';

// Time, timers and randomness are injected (ports/clock, ports/random), so that a seed replays a run and a
// virtual clock drives the tests. Only src/platform touches the real ones.
const ambientTime = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Use the Clock port.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use the Clock port.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Use the Random port.',
  },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/]',
    message: 'Use the Clock port.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.lockstep-demo*/', '*.js', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `_errors`-like names are Seam's; a leading underscore of ours means "must be there, isn't used".
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', ...ambientTime],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/platform/**', 'simulators/**', 'test/**', 'bench/**', 'src/demo/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // Plain JavaScript, as a third party writes it; `tsc -p examples` checks its types as far as it has any.
    files: ['examples/**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['**/*.test.ts', 'test/**', 'bench/**'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
