// Package checkout answers for what a git step does, in which order, and what what it finds means: the commands for the git
// program, the effects on files between them, and what takes both back.
//
// It is pure. Whoever runs a step asks Next for the next operation, does it, adds what came of it to the results, and asks
// again, until there is none left. Everything follows from the results, so a manager that comes after another one goes on
// where that one was.
//
// Two layouts, as units.Git has them:
//
//   - releases: DIRECTORY/repo is a bare mirror of the remote, DIRECTORY/releases/RUN-COMMIT a clone of it for each run,
//     DIRECTORY/current a symbolic link to the one that is live, and DIRECTORY/shared holds what is linked into each. A release
//     is built under another name and gets its own when it is complete.
//   - in place: DIRECTORY is the checkout, and is set to the commit.
//
// No command asks a person anything, runs a hook of the repository, or leaves a process behind.
//
// Start at Next (checkout.go); the operations are in releases.go and inplace.go, what git is told with each of them in git.go.
// Effects are carried out by runtime/release.
package checkout
