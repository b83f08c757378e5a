// Package release answers for the files of a pipeline that deploys by releases: it makes its directory ready, links what is
// shared, gives a complete release its name, moves `current`, and removes what is to go.
//
// Each function can be done again, also after it was cut off at any point: a release that is not complete, or half removed, has a
// name that says so, and Prepare removes it. Nothing is written through a symbolic link that leads out of the directory.
//
// What is done when, and which releases go, is decided in policy/checkout. Start at Prepare (prepare.go).
package release
