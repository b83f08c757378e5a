// Package credential answers for the secrets of programs that share the mount namespace of the account: for each a
// directory of mode 0700 below RUNTIME/credentials that holds one file of mode 0400 per secret, as long as a process
// uses it. Units in namespaces of their own have theirs in memory (runtime/namespace, Credentials); `unitctl run` places
// a unit's for one command.
//
// It knows nothing of units: what the files hold, and who uses a directory, is said by the caller.
//
// Start with Store.
package credential
