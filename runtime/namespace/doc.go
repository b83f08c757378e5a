// Package namespace says with which system calls a unit gets namespaces of its own, as parts of a spawn script
// (internal/script): user, pid, mount, ipc and uts namespaces in which the account has its own uid and gid and no
// capability, /proc shows the unit's processes only, and the manager's directories are out of reach; and what a sandbox
// block asks for beside: a network of its own (namespace.go), another view of the file system (view.go).
//
// It makes no system call and knows nothing of processes: runtime/process runs the script, and runtime/executor
// brings the two together. Whether a host allows it is found out by running the very same operations.
//
// Start reading at namespace.go.
package namespace
