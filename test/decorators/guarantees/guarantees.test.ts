// Every kind of method with every guarantee, under both protocols.
import { kinds } from './kinds.js';
import { proveAll } from './prove.js';

proveAll(kinds, 'guarantees.test.ts', ['legacy', 'standard']);
