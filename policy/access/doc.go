// Package access answers for one question: may this caller do this over this socket? It is pure; the
// server asks it at every request and hands in what the kernel says of the peer (unix(7), SO_PEERCRED).
//
// Start with Decide.
package access
