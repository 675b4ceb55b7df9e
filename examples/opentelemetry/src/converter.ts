import { trace } from '@opentelemetry/api';
import { Instrument } from 'ttlog/decorators';

export class UnknownCurrency extends Error {
  override readonly name = 'UnknownCurrency';
}

export class Converter {
  private readonly ratesUrl: string;

  constructor(ratesUrl: string) {
    this.ratesUrl = ratesUrl;
  }

  /** A span of ttlog: the call inside it, which undici's instrumentation records, is its child. */
  @Instrument()
  async convert(euros: number, currency: string): Promise<number> {
    const response = await fetch(`${this.ratesUrl}/${currency}`);
    if (!response.ok) throw new UnknownCurrency(`No rate for ${currency}`);
    const { rate } = (await response.json()) as { rate: number };
    // As a library would, which knows OpenTelemetry alone: the active span is that of this very method.
    trace.getActiveSpan()?.setAttribute('rate', rate);
    return Math.round(euros * rate * 100) / 100;
  }
}
