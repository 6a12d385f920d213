import { setFlagsFromString } from 'node:v8';

// Node can hang for good in process.exit() while V8's middle compiler works in the background (nodejs/node issue 54918,
// open with Node 24; seen once in some thousand ends of this program). A bridge that mostly waits loses nothing
// without that compiler. Imported early: what runs before isn't covered.
setFlagsFromString('--no-maglev');
