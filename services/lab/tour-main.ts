/** The entry of `npm run tour`; see `tour/main.ts`. */
import './tour/main.ts';
