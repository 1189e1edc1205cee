import { serve } from './host.js'
import type { Request } from './protocol.js'
import { loadWeb } from './web-setup.js'

serve(
  {
    post: (message, handed) => self.postMessage(message, { transfer: [...handed] }),
    onMessage: (listener) => self.addEventListener('message', (event: MessageEvent<Request>) => listener(event.data)),
  },
  loadWeb,
)
