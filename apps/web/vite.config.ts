import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/apps/web',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'apps/web/index.html', widget: 'apps/web/src/widget.ts', owner: 'apps/web/src/owner.ts' },
      output: {
        // Blogs name the widget's address in their pages, and the service those of the owner's pages: they never change.
        entryFileNames: ({ name }) => (name === 'index' ? 'assets/[name]-[hash].js' : '[name].js'),
        assetFileNames: 'assets/[name][extname]',
      },
    },
  },
});
