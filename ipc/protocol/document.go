package protocol

import "time"

// Sensitive is printed in place of a sensitive value.
const Sensitive = "(sensitive)"

// ShowDocument lists a unit's attributes as they are in force, defaults included.
type ShowDocument struct {
	ID         string      `json:"id"`
	Attributes []Attribute `json:"attributes"`
	// Alerts are those that speak for the unit.
	Alerts []AlertStatus `json:"alerts,omitempty"`
}

// Attribute is a name with its value as a person would write it; blocks are dotted ("restart.delay"). The
// value of a sensitive one is Sensitive already.
type Attribute struct {
	Name      string `json:"name"`
	Value     string `json:"value"`
	Sensitive bool   `json:"sensitive,omitempty"`
	// Note says why the unit goes without what the attribute asks for.
	Note string `json:"note,omitempty"`
}

// CatDocument is the source of a unit: its own block, and for a pool that of its app.
type CatDocument struct {
	ID     string     `json:"id"`
	Blocks []CatBlock `json:"blocks"`
}

// CatBlock is a block as it was when it was loaded. Changed says that the file has changed since.
type CatBlock struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Text    string `json:"text"`
	Changed bool   `json:"changed,omitempty"`
}

// DependencyGraph holds the dependencies of all units and the ids that the request named, in its order.
type DependencyGraph struct {
	Roots []string       `json:"roots"`
	Units []Dependencies `json:"units"`
}

// Dependencies are one unit's edges, both ways; what a supervisor hands to its members is included.
type Dependencies struct {
	ID         string   `json:"id"`
	Active     string   `json:"active"`
	Sub        string   `json:"sub"`
	Supervisor string   `json:"supervisor,omitempty"`
	Members    []string `json:"members,omitempty"`
	Requires   []string `json:"requires,omitempty"`
	Wants      []string `json:"wants,omitempty"`
	BindsTo    []string `json:"binds_to,omitempty"`
	PartOf     []string `json:"part_of,omitempty"`
	After      []string `json:"after,omitempty"`
	Before     []string `json:"before,omitempty"`
	Conflicts  []string `json:"conflicts,omitempty"`
	RequiredBy []string `json:"required_by,omitempty"`
	WantedBy   []string `json:"wanted_by,omitempty"`
	BoundBy    []string `json:"bound_by,omitempty"`
	Parts      []string `json:"parts,omitempty"`
}

// Environment is what a process of a unit starts with. Variables are sorted by name. A manager gives the
// true values and marks the sensitive ones; the server masks these unless the request asked to reveal.
type Environment struct {
	// Unit is the resolved id, or "" for what every unit starts from.
	Unit      string     `json:"unit,omitempty"`
	Variables []Variable `json:"variables"`
	Directory string     `json:"directory"`
	Umask     string     `json:"umask"` // "0022"
	// Secrets are the files to place in the directory that the query names.
	Secrets []SecretFile `json:"secrets,omitempty"`
}

// EnvironmentQuery asks for the environment of a unit or worker, or for "" of what every unit starts from. Where
// Credentials is a directory, that is where whoever asks will place the unit's secrets: the answer names it wherever a
// process of the unit has its own, and holds what to place there.
type EnvironmentQuery struct {
	Name, Credentials string
}

// SecretFile is a secret as a process of its unit finds it.
type SecretFile struct {
	Name    string `json:"name"`
	Content []byte `json:"content"`
}

// Variable is one environment variable.
type Variable struct {
	Name      string `json:"name"`
	Value     string `json:"value"`
	Sensitive bool   `json:"sensitive,omitempty"`
}

// LogQuery asks for the last Lines of the units' output (all units when none is named), oldest first, and
// with Follow for what comes after.
type LogQuery struct {
	Units []string `json:"units,omitempty"`
	Lines int      `json:"lines"` // from 0 to MaxLogLines, or AllLines
	// Since and Until bound the times of lines; zero: they do not.
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Grep   string    `json:"grep,omitempty"` // RE2, which a line matches somewhere
	Follow bool      `json:"follow,omitempty"`
	// Cursor goes on following where the manager has said "again", by what it has said with that; then Lines is not looked at.
	Cursor string `json:"cursor,omitempty"`
}

// Again is said with the event "again": the manager executes another program, and the same request goes on with that.
type Again struct {
	Cursor string `json:"cursor,omitempty"` // of lines of output, for LogQuery
}

// MaxLogLines is the most that LogQuery.Lines may count; AllLines asks for all that are kept.
const (
	MaxLogLines = 100_000
	AllLines    = -1
)

// LogLine is one line of output, without its newline. Worker is 0 outside a pool.
type LogLine struct {
	Unit   string `json:"unit"`
	Worker int    `json:"worker,omitempty"`
	// Time is when a line was captured; where output goes straight to a file, that which the line, or one before it, begins
	// with; zero where none does.
	Time time.Time `json:"time,omitzero"`
	// Stream is stdout or stderr where output is captured, unitd for what the manager says there itself.
	Stream string `json:"stream,omitempty"`
	Text   string `json:"text"`
}

// ManagerStatus is what is known of the manager itself and of the account.
type ManagerStatus struct {
	Version    string    `json:"version"`
	PID        int       `json:"pid"`
	Since      time.Time `json:"since"`
	UnitsDir   string    `json:"units_dir"`
	StateDir   string    `json:"state_dir"`
	RuntimeDir string    `json:"runtime_dir"`
	// Commit is the abbreviated commit of the unit directory where that is a git checkout.
	Commit string `json:"commit,omitempty"`
	// AppliedAt is when what is in force was applied; Applying is set while an apply goes on.
	AppliedAt time.Time `json:"applied_at,omitzero"`
	Applying  bool      `json:"applying,omitempty"`
	// ChangesNotApplied counts the changes of Plan; -1 when the files do not load (LoadError says why).
	ChangesNotApplied int    `json:"changes_not_applied"`
	LoadError         string `json:"load_error,omitempty"`
	Stopping          bool   `json:"stopping,omitempty"`
	Units             int    `json:"units"`
	// Figures of the account's processes: a limit of 0 is not known.
	MemoryBytes      int64  `json:"memory_bytes,omitempty"`
	MemoryLimitBytes int64  `json:"memory_limit_bytes,omitempty"`
	Tasks            int    `json:"tasks,omitempty"`
	TasksLimit       int    `json:"tasks_limit,omitempty"`
	Containment      string `json:"containment,omitempty"`
	// Deaths counts the managers before this one, in this boot of the host, that have ended without being asked to;
	// LastDeath is when the last one was found dead. Where that happens again and again, RestartPauseSeconds is how long
	// the guard waits after another one.
	Deaths              int       `json:"deaths,omitempty"`
	LastDeath           time.Time `json:"last_death,omitzero"`
	RestartPauseSeconds float64   `json:"restart_pause_seconds,omitempty"`
	// Program is the path of the manager's program. Reexecs counts how many times it was executed anew in this process;
	// ReexecError says why the last attempt has failed, where this is the program of before.
	Program     string `json:"program,omitempty"`
	Reexecs     int    `json:"reexecs,omitempty"`
	ReexecError string `json:"reexec_error,omitempty"`
	// NoGuard says why no guard starts this manager again, where none does. SocketGiven is set where who has started it
	// holds its control socket open: who connects there after its end has it started again.
	NoGuard     string `json:"no_guard,omitempty"`
	SocketGiven bool   `json:"socket_given,omitempty"`
}

// ReexecRequest asks the manager to execute its program anew in its process; Install, an absolute path, is of a program
// that is put in its place before.
type ReexecRequest struct {
	Install string `json:"install,omitempty"`
}

// ReexecResult says what has begun: from which version to which, and under which name the program of before is kept.
type ReexecResult struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Program string `json:"program"`
	Kept    string `json:"kept,omitempty"`
}
