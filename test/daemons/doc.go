// Package daemons runs real servers of Debian's, unmodified, under unitd: by their own protocols they start, reload
// and stop (daemons_test.go), and what the table in docs/behaviour.md promises of failures is measured with a FastAPI
// app (failures_test.go). Their unit files are in testdata, one directory for each. test/prepare.sh installs them;
// a test of one that is missing is skipped and says so.
package daemons
