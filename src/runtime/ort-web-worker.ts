import { serve } from './host.js'
import type { Request } from './protocol.js'
import { loadWeb } from './web-setup.js'

serve(
  {
    post: (message) => self.postMessage(message),
    onMessage: (listener) => self.addEventListener('message', (event: MessageEvent<Request>) => listener(event.data)),
  },
  loadWeb,
)
