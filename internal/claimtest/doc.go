// Package claimtest holds what the documents promise against the tests that they name: each exists, where it is said to
// be, and no promise of a table with the column "shown by" stands without one.
package claimtest
