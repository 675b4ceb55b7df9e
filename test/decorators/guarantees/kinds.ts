// The kinds of methods that both protocols have. Each is written as its users would write it; what it returns decides how its span ends.
import 'reflect-metadata';
import { setImmediate as turn } from 'node:timers/promises';
import { createContext, runInContext } from 'node:vm';
import { Observable } from 'rxjs';
import type { Kind, Probe } from './kind.js';
import { atOnce, awaited, mark, subjectOf } from './kind.js';

const now = { isLater: false, isPromise: false, hasBody: true };
const later = { isLater: true, isPromise: false, hasBody: true };
const promise = { isLater: true, isPromise: true, hasBody: true };

class Cancellable<T> extends Promise<T> {
  readonly isCancellable = true;
}

const realm = createContext({ turn });
const inRealm = runInContext('async (probe) => { await turn(); probe.later(); return probe.end(); }', realm) as (
  probe: Probe,
) => Promise<unknown>;

/** A query builder: nothing happens before somebody calls `then`. */
class Query {
  constructor(private readonly probe: Probe) {}

  private async run(): Promise<unknown> {
    await turn();
    this.probe.later();
    return this.probe.end();
  }

  then<A = unknown, B = never>(
    onOk?: ((value: unknown) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.run().then(onOk, onError);
  }
}

export const kinds: readonly Kind[] = [
  {
    name: 'method',
    span: 'Subject.run',
    ...now,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        run(probe: Probe, first: number, second = 2, ...rest: number[]): unknown {
          probe.begin(this, [first, second, ...rest]);
          setImmediate(() => probe.later());
          return probe.end();
        }
      }
      const self = new Subject();
      const invoke = (probe: Probe) => atOnce(self.run(probe, 1, undefined, 3, 4));
      return subjectOf(self, Subject.prototype, 'run', invoke, [1, undefined, 3, 4], [1, 2, 3, 4]);
    },
  },
  {
    name: 'static method',
    span: 'Subject.run',
    ...now,
    make(decorate) {
      class Subject {
        readonly own = 1;
        @mark('above')
        @decorate()
        @mark('below')
        static run(probe: Probe, first: number, second = 2): unknown {
          probe.begin(this, [first, second]);
          void Promise.resolve().then(() => probe.later());
          return probe.end();
        }
      }
      const invoke = (probe: Probe) => atOnce(Subject.run(probe, 1));
      return subjectOf(Subject, Subject, 'run', invoke, [1], [1, 2]);
    },
  },
  {
    name: 'method of an instrumented class',
    span: 'Subject.run',
    ...promise,
    make(decorate) {
      @decorate()
      class Subject {
        @mark('above')
        @mark('below')
        async run(probe: Probe, first: number): Promise<unknown> {
          probe.begin(this, [first]);
          await turn();
          probe.later();
          return probe.end();
        }
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'run', (probe) => awaited(self.run(probe, 1)), [1]);
    },
  },
  {
    name: 'getter',
    span: 'Subject.value',
    ...now,
    make(decorate) {
      class Subject {
        probe: Probe | undefined;
        @mark('above')
        @decorate()
        @mark('below')
        get value(): unknown {
          const probe = this.probe!;
          probe.begin(this, []);
          setImmediate(() => probe.later());
          return probe.end();
        }
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'value', (probe) => {
        self.probe = probe;
        return atOnce(self.value);
      });
    },
  },
  {
    name: 'setter',
    span: 'Subject.value',
    ...now,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        set value(probe: Probe) {
          probe.begin(this, []);
          setImmediate(() => probe.later());
          probe.end();
        }
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'value', (probe) => {
        self.value = probe;
        return atOnce(undefined);
      });
    },
  },
  {
    name: 'async method',
    span: 'Subject.run',
    ...promise,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        async run(probe: Probe, first: number, second = 2): Promise<unknown> {
          probe.begin(this, [first, second]);
          await turn();
          probe.later();
          return probe.end();
        }
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'run', (probe) => awaited(self.run(probe, 1)), [1], [1, 2]);
    },
  },
  {
    name: 'promise of a subclass',
    span: 'Subject.run',
    ...promise,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        run(probe: Probe, first: number): Cancellable<unknown> {
          probe.begin(this, [first]);
          const work = async (): Promise<unknown> => {
            await turn();
            probe.later();
            return probe.end();
          };
          return new Cancellable((resolve, reject) => void work().then(resolve, reject));
        }
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'run', (probe) => awaited(self.run(probe, 1)), [1]);
    },
  },
  {
    name: 'promise of another realm',
    span: 'Subject.run',
    ...promise,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        run(probe: Probe, first: number): Promise<unknown> {
          probe.begin(this, [first]);
          return inRealm(probe);
        }
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'run', (probe) => awaited(self.run(probe, 1)), [1]);
    },
  },
  {
    name: 'generator',
    span: 'Subject.run',
    ...later,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        *run(probe: Probe, first: number): Generator<number, unknown> {
          probe.begin(this, [first]);
          yield 1;
          probe.later();
          yield 2;
          return probe.end();
        }
      }
      const self = new Subject();
      return subjectOf(
        self,
        Subject.prototype,
        'run',
        (probe) => {
          const returned = self.run(probe, 1);
          return {
            returned,
            use(between) {
              for (;;) {
                const step = returned.next();
                between();
                if (step.done === true) return step.value;
              }
            },
          };
        },
        [1],
      );
    },
  },
  {
    name: 'async generator',
    span: 'Subject.run',
    ...later,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        async *run(probe: Probe, first: number): AsyncGenerator<number, unknown> {
          probe.begin(this, [first]);
          yield 1;
          await turn();
          probe.later();
          yield 2;
          return probe.end();
        }
      }
      const self = new Subject();
      return subjectOf(
        self,
        Subject.prototype,
        'run',
        (probe) => {
          const returned = self.run(probe, 1);
          return {
            returned,
            async use(between) {
              for (;;) {
                const step = await returned.next();
                between();
                if (step.done === true) return step.value;
              }
            },
          };
        },
        [1],
      );
    },
  },
  {
    name: 'observable',
    span: 'Subject.run',
    ...later,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        run(probe: Probe, first: number): Observable<unknown> {
          probe.begin(this, [first]);
          return new Observable((subscriber) => {
            setImmediate(() => {
              probe.later();
              try {
                subscriber.next(probe.end());
                subscriber.complete();
              } catch (error) {
                subscriber.error(error);
              }
            });
          });
        }
      }
      const self = new Subject();
      return subjectOf(
        self,
        Subject.prototype,
        'run',
        (probe) => {
          const returned = self.run(probe, 1);
          const use = (between: () => void): Promise<unknown> =>
            new Promise((resolve, reject) => {
              let last: unknown;
              returned.subscribe({
                next(value) {
                  between();
                  last = value;
                },
                error: reject,
                complete: () => resolve(last),
              });
            });
          return { returned, use };
        },
        [1],
      );
    },
  },
  {
    name: 'lazy query',
    span: 'Subject.run',
    ...later,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate()
        @mark('below')
        run(probe: Probe, first: number): Query {
          probe.begin(this, [first]);
          return new Query(probe);
        }
      }
      const self = new Subject();
      return subjectOf(self, Subject.prototype, 'run', (probe) => awaited(self.run(probe, 1)), [1]);
    },
  },
  {
    name: 'callback',
    span: 'Subject.run',
    ...later,
    make(decorate) {
      class Subject {
        @mark('above')
        @decorate({ callback: true })
        @mark('below')
        run(probe: Probe, first: number, done: (result: unknown, value?: unknown) => void): string {
          probe.begin(this, [first]);
          setImmediate(() => {
            probe.later();
            let value: unknown;
            try {
              value = probe.end();
            } catch (error) {
              done(error);
              return;
            }
            done(null, value);
          });
          return 'started';
        }
      }
      const self = new Subject();
      return subjectOf(
        self,
        Subject.prototype,
        'run',
        (probe) => {
          let meanwhile = (): void => {};
          let returned: unknown;
          const answer = new Promise((resolve, reject) => {
            returned = self.run(probe, 1, (error, value) => {
              meanwhile();
              if (error === null) resolve(value);
              else reject(error);
            });
          });
          const use = (between: () => void): Promise<unknown> => {
            meanwhile = between;
            return answer;
          };
          return { returned, use };
        },
        [1],
      );
    },
  },
];
