// Package host answers what loading unit files may know of this machine and account: it is units.Host as it
// really is. It reads files, the environment and the account's limits, and writes one file, the key of the
// digests that plans compare.
//
// It decides nothing about units and starts nothing. Start with New; secret.go has the rule for files that
// only their owner may read.
package host
