#!/bin/sh
# Rebuilds the vendored bundles from the exact versions in package.json and refreshes CHECKSUMS.
set -eu
cd "$(dirname "$0")"
npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund
bundle() {
  node_modules/.bin/esbuild "$1.entry.js" --bundle --minify --format=iife --global-name="$2" --target=es2020 \
    --legal-comments=none --charset=ascii --define:process.env.NODE_ENV='"production"' --banner:js="/*! $4 */" --outfile="../$3"
}
bundle echarts echarts echarts.min.js \
  "Apache ECharts 6.1.0 (Apache-2.0) with zrender (BSD-3-Clause) and tslib (0BSD), reduced build"
bundle graph accountGraph graph.min.js \
  "sigma 3.0.3, graphology 0.26.0, graphology-layout-forceatlas2 0.10.1, graphology-utils, events (all MIT)"
mkdir -p ../licenses
cp node_modules/echarts/LICENSE ../licenses/echarts.LICENSE
cp node_modules/echarts/NOTICE ../licenses/echarts.NOTICE
cp node_modules/zrender/LICENSE ../licenses/zrender.LICENSE
cp node_modules/graphology/LICENSE.txt ../licenses/graphology.LICENSE
cp node_modules/graphology-layout-forceatlas2/LICENSE.txt ../licenses/graphology-layout-forceatlas2.LICENSE
cp node_modules/graphology-utils/LICENSE.txt ../licenses/graphology-utils.LICENSE
cp node_modules/sigma/LICENSE.txt ../licenses/sigma.LICENSE
cp node_modules/tslib/LICENSE.txt ../licenses/tslib.LICENSE
cp node_modules/events/LICENSE ../licenses/events.LICENSE
rm -rf node_modules
cd .. && sha256sum *.min.js licenses/* > CHECKSUMS
