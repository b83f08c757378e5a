package protocol

import "time"

// The values of `active`: systemd's ActiveState.
const (
	Inactive     = "inactive"
	Activating   = "activating"
	Active       = "active"
	Reloading    = "reloading"
	Deactivating = "deactivating"
	Failed       = "failed"
)

// UnitStatus is what is known of one unit at one moment.
type UnitStatus struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	Description string `json:"description,omitempty"`
	// Active and Sub are systemd's ActiveState and SubState; the values are in the document on behaviour.
	Active string `json:"active"`
	Sub    string `json:"sub"`
	// Since is when the unit entered this state. A unit that reloads, or has, is up since before that.
	Since time.Time `json:"since,omitzero"`
	// MainPID is the program's own pid as the host sees it, not that of its init.
	MainPID int `json:"main_pid,omitempty"`
	// Restarts counts those that the manager decided; nil for kinds without a process.
	Restarts     *int   `json:"restarts,omitempty"`
	InvocationID string `json:"invocation_id,omitempty"`
	Enabled      bool   `json:"enabled"`
	Supervisor   string `json:"supervisor,omitempty"`
	// Containment is namespace, cgroup or process.
	Containment string `json:"containment,omitempty"`
	// MemoryBytes, CPUMillis and Tasks are those of the whole process tree; tasks are processes and threads.
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	CPUMillis   *int64 `json:"cpu_ms,omitempty"`
	Tasks       int    `json:"tasks,omitempty"`
	// StatusText is what the program says of itself (sd_notify STATUS=); Note is the manager's one line.
	StatusText string    `json:"status_text,omitempty"`
	Note       string    `json:"note,omitempty"`
	Listen     []Listen  `json:"listen,omitempty"`
	Health     []Health  `json:"health,omitempty"`
	LastExit   *LastExit `json:"last_exit,omitempty"`
	Workers    []Worker  `json:"workers,omitempty"`
	// Triggers are what starts a pipeline by itself.
	Triggers []Trigger `json:"triggers,omitempty"`
	// Alerts are those that speak for the unit.
	Alerts []AlertStatus `json:"alerts,omitempty"`
	// LastOutput holds the last lines of a unit that fails, for the status screen. It is in the API only:
	// see Contract.
	LastOutput []string `json:"last_output,omitempty"`
}

// Listen is a socket that the manager keeps open for the unit.
type Listen struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Health is one check as it stands.
type Health struct {
	Name      string `json:"name"`
	OK        bool   `json:"ok"`
	Failures  int    `json:"failures"`
	LastError string `json:"last_error,omitempty"`
}

// LastExit is how the main process ended last. Reason is one of the reasons of units.Reason; Code is set
// when it exited, Signal ("SIGKILL") when a signal ended it.
type LastExit struct {
	Reason string    `json:"reason"`
	Code   *int      `json:"code,omitempty"`
	Signal string    `json:"signal,omitempty"`
	At     time.Time `json:"at,omitzero"`
	// Why says more in words than the others do. It is for the status screen and in the API only: see Contract.
	Why string `json:"why,omitempty"`
}

// Worker is one worker of a pool; Index counts from 1 and is kept by a replacement.
type Worker struct {
	Index       int       `json:"index"`
	Active      string    `json:"active"`
	Sub         string    `json:"sub"`
	MainPID     int       `json:"main_pid,omitempty"`
	Generation  int       `json:"generation"`
	Since       time.Time `json:"since,omitzero"`
	Restarts    int       `json:"restarts"`
	MemoryBytes int64     `json:"memory_bytes,omitempty"`
	LastExit    *LastExit `json:"last_exit,omitempty"`
	// Note and LastOutput are for the status screen and in the API only: see Contract.
	Note       string   `json:"note,omitempty"`
	LastOutput []string `json:"last_output,omitempty"`
}

// Contract returns the status without what only the status screen needs: the keys that
// `unitctl status --json` promises.
func (u UnitStatus) Contract() UnitStatus {
	u.LastOutput, u.LastExit = nil, u.LastExit.contract()
	workers := u.Workers
	u.Workers = nil
	for _, w := range workers {
		w.Note, w.LastOutput, w.LastExit = "", nil, w.LastExit.contract()
		u.Workers = append(u.Workers, w)
	}
	return u
}

func (e *LastExit) contract() *LastExit {
	if e == nil {
		return nil
	}
	exit := *e
	exit.Why = ""
	return &exit
}
