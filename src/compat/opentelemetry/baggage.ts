import type { Baggage } from '@opentelemetry/api';
import { baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';
import { baggageEntry, formatBaggage, parseBaggage } from '../../context/baggage.js';

/** The header `baggage` for OpenTelemetry's; '' = none. */
export function baggageText(baggage: Baggage | undefined): string {
  if (baggage === undefined) return '';
  return formatBaggage(
    baggage.getAllEntries().flatMap(([key, { value, metadata }]) => {
      const entry = baggageEntry(key, value);
      if (entry === undefined) return [];
      const properties = metadata === undefined ? '' : metadata.toString();
      return properties === '' ? entry : { ...entry, text: `${entry.text};${properties}` };
    }),
  );
}

/** OpenTelemetry's, of the header. What is not valid in it is left out. */
export function baggageOf(header: unknown): Baggage {
  return propagation.createBaggage(
    Object.fromEntries(
      parseBaggage(header).map(({ key, value, text }) => {
        const properties = text.indexOf(';');
        if (properties < 0) return [key, { value }];
        return [key, { value, metadata: baggageEntryMetadataFromString(text.slice(properties + 1)) }];
      }),
    ),
  );
}
