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

	// Program holds what may differ from start to start; see Program.
	Program Template
}

// Template gives a Program for one start: its expressions may name worker.* and path.credentials.
type Template interface {
	// Program evaluates the expressions. An error is one that only shows with these values (index out of
	// range, for one); it is for people and quotes no sensitive value.
	Program(Scope) (Program, error)
}

// Scope is what expressions of one start may refer to beside what was known when loading.
type Scope struct {
	// Worker is nil outside a pool.
	Worker *WorkerScope
	// Credentials is the directory of the unit's secrets, or "".
	Credentials string
}

// WorkerScope is the `worker` object.
type WorkerScope struct {
	Index, Count, Port, MaxRequests int
}

// Program is one start's command, hooks, environment and checks, fully evaluated.
type Program struct {
	Command                                []string
	PreStart, PostStart, PreStop, PostStop [][]string
	ReloadCommand                          []string
	// Env is sorted by name. It holds only what unit files give, not the base environment.
	Env     []EnvVar
	Health  []Health
	Secrets []Secret
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
	// that a value changed without keeping the value. Nil where the file could not be read.
	Digests map[string]string
}

// Secret becomes the file Name in the credentials directory. Value is sensitive.
type Secret struct {
	Name  string
	File  string // one of File and Value
	Value string
	Env   bool
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

// Restart says whether and when an ended program starts again (BEHAVIOUR: "Why a process ended").
type Restart struct {
	Policy     RestartPolicy
	Delay      time.Duration
	MaxDelay   time.Duration
	Factor     float64
	Jitter     float64 // share of the delay that chance adds or takes, 0 to 1
	Immediate  []Reason
	ResetAfter time.Duration
	Burst      int // 0: never give up
	Interval   time.Duration
	Prevent    ExitSet
	Force      ExitSet
}

// RestartPolicy names a row of BEHAVIOUR's table of policies.
type RestartPolicy string

// The restart policies.
const (
	RestartNo         RestartPolicy = "no"
	RestartOnSuccess  RestartPolicy = "on-success"
	RestartOnFailure  RestartPolicy = "on-failure"
	RestartOnAbnormal RestartPolicy = "on-abnormal"
	RestartOnAbort    RestartPolicy = "on-abort"
	RestartOnWatchdog RestartPolicy = "on-watchdog"
	RestartAlways     RestartPolicy = "always"
)

// Reason says why a process ended (BEHAVIOUR: "Why a process ended, and what follows").
type Reason string

// The reasons.
const (
	ReasonClean    Reason = "clean"
	ReasonKilled   Reason = "killed"
	ReasonExit     Reason = "exit"
	ReasonSignal   Reason = "signal"
	ReasonCore     Reason = "core"
	ReasonOOM      Reason = "oom"
	ReasonTimeout  Reason = "timeout"
	ReasonWatchdog Reason = "watchdog"
	ReasonHang     Reason = "hang"
	ReasonHealth   Reason = "health"
	ReasonRecycle  Reason = "recycle"
	ReasonStop     Reason = "stop"
)

// Health is one health check. Exactly one of Path, URL, Address and Command is set.
type Health struct {
	Name        string
	Path        string
	URL         string
	Address     string
	Command     []string
	Listen      string // which listener Path goes through; "" where there is one only
	Headers     map[string]string
	Status      []StatusRange
	Interval    time.Duration
	Timeout     time.Duration
	Failures    int
	Successes   int
	StartPeriod time.Duration
	Restart     bool // action "restart"; false: "none"
	GatesReady  bool
}

// StatusRange is a range of HTTP status codes, ends included.
type StatusRange struct{ From, To int }

// Listen is one listening socket that the manager opens.
type Listen struct {
	Name      string
	Address   string // "127.0.0.1:8001", "unix:/absolute/path"
	Backlog   int
	Mode      uint32 // Unix sockets
	Group     string // Unix sockets; "": the user's own
	Public    bool
	PerWorker bool // pools: one socket per worker in a reuseport group
}

// Limits are a program's resource limits; nil or zero means inherited.
type Limits struct {
	OpenFiles, Processes, Core, FileSize, CPUTime, Stack, AddressSpace *uint64 // rlimits: setrlimit(2)
	Nice, OOMScoreAdj                                                  *int
	IOClass                                                            string
	CPUs                                                               []int
	Memory                                                             int64
	Tasks                                                              int
	CPU                                                                string
}
