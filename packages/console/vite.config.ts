// How the console becomes the folder `dist` that the broker serves: one page, hashed files, nothing inline, so that it
// runs under a policy that allows own files only.

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Data URLs would need their own line in the policy; small files cost one request each instead.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // While developing: `node dev/fake-api.ts`, or a real broker.
    proxy: { '/api': 'http://127.0.0.1:9080' },
  },
})
