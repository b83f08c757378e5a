package units

import (
	"time"
)

// StartType says when an app counts as started (LANGUAGE: app, `type`; systemd.service(5), Type=).
type StartType string

// The start types.
const (
	TypeSimple       StartType = "simple"
	TypeExec         StartType = "exec"
	TypeNotify       StartType = "notify"
	TypeNotifyReload StartType = "notify-reload"
	TypeForking      StartType = "forking"
	TypeOneshot      StartType = "oneshot"
)

// KillMode says which processes get the stop signal (systemd.kill(5), KillMode=).
type KillMode string

// The kill modes.
const (
	KillMixed        KillMode = "mixed"
	KillControlGroup KillMode = "control-group"
	KillProcess      KillMode = "process"
)

// Process is what app and job share, and what a pool takes from its app: one program and how to run it.
// Paths with "~/" are absolute already; other relative paths count from Directory as it resolves when a
// generation starts.
type Process struct {
	Type         StartType
	Remain       bool
	PIDFile      string
	ReadyFD      int // -1: none
	Directory    string
	Umask        uint32
	PathPrepend  []string
	EnvFiles     []EnvFile
	Reload       *ReloadAction
	StartTimeout time.Duration
	StopTimeout  time.Duration
	RuntimeMax   time.Duration // 0: none
	StopSignal   Signal
	KillMode     KillMode
	SuccessExit  ExitSet
	Watchdog     time.Duration // 0: none
	FDStoreMax   int
	Control      bool
	Restart      Restart
	Listen       []Listen
	Limits       Limits
	Sandbox      Sandbox
	Log          Log
	// Credentials is the directory of its secrets while it runs, see CredentialsOf; "" for a process without any.
	Credentials string
	SecretFiles []SecretFile

	// Program holds what may differ from start to start; see Program.
	Program Template
}

// EnvVar is one environment variable given by a unit file.
type EnvVar struct {
	Name, Value string
	Sensitive   bool
}

// EnvFile names a file of KEY=VALUE lines that is read at each start.
type EnvFile struct {
	Path     string
	Required bool
	// Digests are keyed digests of its values as they were when loading, by key, so that plan can tell
	// that a value changed without keeping the value. Nil where there was no file, Unread set where it could not
	// be read, Absent with it where it is required and was not there.
	Digests map[string]string
	Unread  bool
	Absent  bool
	// Unlike is set where what runs has read something else, of which nothing more is known.
	Unlike bool
}

// ReloadAction is how a running program is told to read its configuration again: a signal, or a command
// (whose argv is Program.ReloadCommand).
type ReloadAction struct {
	Signal  Signal // "" with a command
	Command bool
}

// Signal is a signal's name as signal(7) spells it: "SIGTERM".
type Signal string

// ExitSet is a set of exit codes and of signals that ended a process.
type ExitSet struct {
	Codes   []int
	Signals []Signal
}
