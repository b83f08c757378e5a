package units

import "time"

// Delay is a wait: for a duration, or until a condition holds.
type Delay struct {
	Duration  time.Duration
	SinceBoot bool
	Until     *Until
	// ContinueOnTimeout says that a condition that never held is no failure.
	ContinueOnTimeout bool
}

// Until is a delay's condition. Exactly one field is set.
type Until struct {
	Address string
	URL     string
	Path    string
	Command []string
}

// Strategy says whom a member's failure restarts (OTP's supervisor strategies).
type Strategy string

// The strategies.
const (
	OneForOne  Strategy = "one_for_one"
	OneForAll  Strategy = "one_for_all"
	RestForOne Strategy = "rest_for_one"
)

// Supervisor is a fault domain. Its `defaults` are merged into its members when loading.
type Supervisor struct {
	Strategy Strategy
	// Burst member failures inside Interval are borne, one more fails the supervisor; 0: no intensity.
	Burst    int
	Interval time.Duration
	Restart  Restart
}

// App is one program.
type App struct{ Process }

// Pool is N workers of one app.
type Pool struct {
	// AppID is the template's id, App its process attributes; the template's health checks and restart
	// rules apply to each worker. App.Listen is empty: a pool listens itself.
	AppID       ID
	App         *Process
	Workers     int
	MinReady    int
	Proxy       bool // dispatch "proxy"
	Listen      []Listen
	HangTimeout time.Duration
	Recycle     *Recycle
	Surge       int
	Drain       time.Duration // reload.drain_timeout
	Unavailable *Unavailable
}

// Recycle says when a well worker is replaced.
type Recycle struct {
	MaxRequests int
	MaxAge      time.Duration
	MaxMemory   int64
	Jitter      float64
}

// Unavailable is what the manager itself answers when no worker is ready.
type Unavailable struct {
	After      time.Duration
	Status     int
	Page       string
	RetryAfter time.Duration
}

// Job is a program that ends, on demand or on a schedule.
type Job struct {
	Process
	Schedule string
	Every    time.Duration
	Timezone string
	Jitter   time.Duration
	Overlap  string
	CatchUp  bool
	Timeout  time.Duration
	Retry    Retry
}

// Retry says how often and when a failed run is tried again.
type Retry struct {
	Attempts        int
	Delay, MaxDelay time.Duration
}

// Sandbox is what a program is kept from (LANGUAGE: sandbox).
type Sandbox struct {
	Namespace             string // auto, required, off
	NoNewPrivileges       bool
	PrivateTmp            bool
	PrivateDev            bool
	PrivateNetwork        bool
	PrivateIPC            bool
	HideProcesses         bool
	ProtectHome           string
	ReadOnly              []string
	ReadWrite             []string
	Hidden                []string
	Seccomp               []string
	RestrictAddressFamily []string
	Given                 []string // names of the attributes and blocks that the file gave
}

// Log is where a unit's output goes.
type Log struct {
	Mode     string // file, pipe
	Stdout   string
	Stderr   string // "same" or a path
	Files    []string
	MaxSize  int64
	Keep     int
	MaxAge   time.Duration
	Compress string
}

// Manager is the `unitd` block.
type Manager struct {
	RequiredVersion string
	Namespace       string
	ControlMode     uint32
	Sockets         []ControlSocket
	LogsMaxTotal    int64
}

// ControlSocket is one more control socket, for others.
type ControlSocket struct {
	Name, Path, Group string
	Mode              uint32
	Verbs             []string
}
