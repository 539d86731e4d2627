// Package edge is what lies between the network and the API: TLS with certificates from files or from a certificate
// authority, the proxies that may speak for clients, and the refusal of what would go over a network in the clear.
package edge
