// The kinds of methods that only standard decorators can be put on.
import { setImmediate as turn } from 'node:timers/promises';
import type { Kind, Probe, Subject as Made } from './kind.js';
import { atOnce, awaited, subjectOf } from './kind.js';
import { proveAll } from './prove.js';

const hidden = { functions: [], descriptor: undefined };

const kinds: readonly Kind[] = [
  {
    name: '#private method',
    span: 'Subject.#run',
    isLater: false,
    isPromise: false,
    hasBody: true,
    make(decorate): Made {
      class Subject {
        @decorate()
        #run(probe: Probe, first: number, second = 2): unknown {
          probe.begin(this, [first, second]);
          setImmediate(() => probe.later());
          return probe.end();
        }
        call(probe: Probe): unknown {
          return this.#run(probe, 1);
        }
      }
      const self = new Subject();
      return { ...hidden, self, args: [1], seenArgs: [1, 2], invoke: (probe) => atOnce(self.call(probe)) };
    },
  },
  {
    name: '#private static async method',
    span: 'Subject.#run',
    isLater: true,
    isPromise: true,
    hasBody: true,
    make(decorate): Made {
      class Subject {
        readonly own = 1;
        @decorate()
        static async #run(probe: Probe, first: number): Promise<unknown> {
          probe.begin(this, [first]);
          await turn();
          probe.later();
          return probe.end();
        }
        static call(probe: Probe): Promise<unknown> {
          return Subject.#run(probe, 1);
        }
      }
      return { ...hidden, self: Subject, args: [1], seenArgs: [1], invoke: (probe) => awaited(Subject.call(probe)) };
    },
  },
  {
    name: '#private getter',
    span: 'Subject.#value',
    isLater: false,
    isPromise: false,
    hasBody: true,
    make(decorate): Made {
      class Subject {
        probe: Probe | undefined;
        @decorate()
        get #value(): unknown {
          const probe = this.probe!;
          probe.begin(this, []);
          setImmediate(() => probe.later());
          return probe.end();
        }
        read(): unknown {
          return this.#value;
        }
      }
      const self = new Subject();
      const invoke = (probe: Probe) => {
        self.probe = probe;
        return atOnce(self.read());
      };
      return { ...hidden, self, args: [], seenArgs: [], invoke };
    },
  },
  {
    name: 'auto-accessor',
    span: 'Subject.value',
    isLater: false,
    isPromise: false,
    hasBody: false,
    make(decorate): Made {
      class Subject {
        @decorate()
        accessor value = 'initial';
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'value', () => atOnce(self.value));
    },
  },
];

proveAll(kinds, 'guarantees.standard.test.ts', ['standard']);
