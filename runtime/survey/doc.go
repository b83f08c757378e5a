// Package survey finds out what this host and account are like, for policy/doctor to judge: by trying where only that tells
// (namespaces, the loopback addresses, the crontab), by reading otherwise. It changes nothing, but for a directory that it
// makes and removes again.
//
// Start with Account.
package survey
