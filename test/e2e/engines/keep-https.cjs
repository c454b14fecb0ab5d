/*
 * Loaded into the emulator's functions before anything else. The emulator replaces https.request by one that speaks
 * plain HTTP to loopback, for functions whose SDK knows no endpoint but AWS's. Ours take AWS_ENDPOINT_URL, and speak TLS
 * to a Kubernetes API server, which for the tests is on loopback: so Node's own stays.
 */
const https = require('node:https');

const { request } = https;
Object.defineProperty(https, 'request', { get: () => request, set: () => undefined });
