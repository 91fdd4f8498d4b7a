// What JupyterLab loads: a container as its module federation expects one, written by hand. The modules beside it are
// loaded as they are: nothing is bundled, and nothing comes from another host.
{
  const here = document.currentScript.src;
  let shared;
  (window._JUPYTERLAB ??= {}).edition = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const style = document.createElement("link");
      Object.assign(style, { rel: "stylesheet", href: new URL("lab.css", here).href });
      document.head.append(style);
      const { plugin } = await import(new URL("plugin.js", here).href);
      // Without this mark Lab takes the module itself for the plugin, and shows nothing at all.
      const module = { __esModule: true, default: await plugin(shared) };
      return () => module;
    },
  };
}
