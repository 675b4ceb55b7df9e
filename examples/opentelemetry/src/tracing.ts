// Loaded before everything else: instrumentations hook into modules as they are loaded.
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { init } from 'ttlog';
import { enableOpenTelemetryCompatibility } from 'ttlog/opentelemetry';

// Spans are lines at debug level: here all of them are delivered.
export const handle = init({ service: 'money', level: 'debug', promote: true });

enableOpenTelemetryCompatibility();
registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()] });
