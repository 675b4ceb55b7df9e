// As much of it as is used here.
declare module '@elastic/mockotlpserver' {
  export class MockOtlpServer {
    constructor(options: {
      services: readonly ('http' | 'grpc' | 'ui')[];
      httpHostname: string;
      httpPort: number;
      logLevel: string;
      onTrace?: (message: unknown) => void;
      onLogs?: (message: unknown) => void;
      onMetrics?: (message: unknown) => void;
    });
    readonly httpUrl: URL | null;
    start(): Promise<void>;
    close(): Promise<void>;
  }
}
