// A key and a certificate of nobody, for servers of tests on 127.0.0.1. Made with: openssl req -x509 -newkey ec -pkeyopt
// ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj '/CN=ttlog test' -addext 'subjectAltName=IP:127.0.0.1'
export const certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggVJ+pFgp6ywy5cqt
US5sxY11vYwuW852TWXsVV7dVLmhRANCAAQi2AlWO0Mhb15w6qQAedgKLxgcHyWX
BGcG6ggsZRo657tN9IvNQXaJrTcnILW1WhzFB2HKdgyxFV1C+aRfJhmX
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBkzCCATigAwIBAgIUAaRvrBSEUQuoi18s+kft6byX27YwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKdHRsb2cgdGVzdDAgFw0yNjExMjYwMTEyMjNaGA8yMTI2MTEw
MjAxMTIyM1owFTETMBEGA1UEAwwKdHRsb2cgdGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABCLYCVY7QyFvXnDqpAB52AovGBwfJZcEZwbqCCxlGjrnu030i81B
domtNycgtbVaHMUHYcp2DLEVXUL5pF8mGZejZDBiMB0GA1UdDgQWBBSN20QGsMYV
xH0SzCha4odG+8rTCzAfBgNVHSMEGDAWgBSN20QGsMYVxH0SzCha4odG+8rTCzAP
BgNVHRMBAf8EBTADAQH/MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0EAwIDSQAw
RgIhANTlLDBHiKJj3tqJs3/EpnG9ckloClbPqlRWV5rDp6UpAiEAswcv+/v1K9di
P0A+juri59LnXEyBEymUU4Jumfju/lA=
-----END CERTIFICATE-----
`,
};
