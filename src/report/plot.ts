import type { EChartsCoreOption } from 'echarts/core'

/**
 * SVG elements drawn by ECharts, in the coordinates 0 … width, 0 … height, without ids, classes or style sheets.
 * ECharts is loaded by the first call.
 */
export async function renderPlot(option: EChartsCoreOption, width: number, height: number): Promise<string> {
  const [core, { BarChart, LineChart }, { GridComponent }, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  core.use([BarChart, LineChart, GridComponent, SVGRenderer])
  const chart = core.init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, ...option })
    return strip(chart.renderToSVGString())
  } finally {
    chart.dispose()
  }
}

/**
 * ECharts numbers classes and clip paths by a counter of the process, so that two charts on one page may share a number,
 * and marks elements for its browser side. Axes cover their data: nothing needs clipping.
 */
const strip = (svg: string): string =>
  svg
    .replace(/<style[\s\S]*?<\/style>|<clipPath[\s\S]*?<\/clipPath>/g, '')
    .replace(/<defs\s*>\s*<\/defs>\s*/g, '')
    .replace(/^<svg[^>]*>\s*<rect[^>]*>(<\/rect>)?\s*|\s*<\/svg>\s*$/g, '')
    .replace(/ (?:class="zr[^"]*"|clip-path="[^"]*"|ecmeta_\w+="[^"]*"|pointer-events="\w+")/g, '')
    .trim()
