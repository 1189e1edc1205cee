/** The mark: five layers of a diabolo network, wide, narrow, wide. It takes the colour of the text around it. */
export const MARK = `<svg class="mark" viewBox="0 0 28 24" width="28" height="24" aria-hidden="true" focusable="false"><g fill="currentColor"><rect x="0" y="0" width="4" height="24" rx="2"/><rect x="6" y="5" width="4" height="14" rx="2"/><rect x="12" y="9" width="4" height="6" rx="2"/><rect x="18" y="5" width="4" height="14" rx="2"/><rect x="24" y="0" width="4" height="24" rx="2"/></g></svg>`

/** The mark as the page's icon, a data URI. */
export const ICON = `data:image/svg+xml,${encodeURIComponent(
  MARK.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace('currentColor', '#0a66b7'),
)}`
