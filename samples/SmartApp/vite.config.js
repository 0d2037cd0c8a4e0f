// Two pages, addressed relative to where they are served: the app, and the page that launches it.

import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  publicDir: false,
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },

    // The server's policy allows files of its own alone, so nothing is written into the pages.
    assetsInlineLimit: 0,
    rollupOptions: { input: ['index.html', 'launch.html'] },
  },
});
