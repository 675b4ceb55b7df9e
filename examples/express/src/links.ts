// Short links, kept in memory.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { debug } from 'ttlog';
import { Field, Fields, Instrument } from 'ttlog/decorators';

@Fields()
export class Link {
  readonly code = randomBytes(3).toString('hex');
  readonly url: string;
  visits = 0;

  /** Whoever has it may delete the link: nobody needs it in a log. */
  @Field({ redact: true })
  readonly key = randomBytes(12).toString('base64url');

  constructor(url: string) {
    this.url = url;
  }
}

export class UnknownLink extends Error {
  override readonly name = 'UnknownLink';
  readonly statusCode = 404;
}

export class Links {
  private readonly byCode = new Map<string, Link>();

  @Instrument()
  async add(url: string): Promise<Link> {
    const { protocol } = new URL(url);
    if (!/^https?:$/.test(protocol)) throw new TypeError(`Expected an http link, got ${protocol}`);
    const link = new Link(url);
    await delay(1); // as a database would take
    this.byCode.set(link.code, link);
    debug('Stored', { links: this.byCode.size }); // in the recorder, not in the logs
    return link;
  }

  @Instrument()
  visit(code: string): Link {
    const link = this.byCode.get(code);
    if (link === undefined) throw new UnknownLink(`No link ${code}`);
    link.visits += 1;
    return link;
  }
}
