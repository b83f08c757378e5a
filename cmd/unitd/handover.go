package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/version"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/runtime/process"
	"unitd/runtime/socket"
	"unitd/runtime/state"
	"unitd/units"
)

// A handover is what a manager leaves to the program that it executes in its own process: its state, and the numbers of
// what it has open. It is written to a file in memory whose number stands in the environment.

const (
	// envHandover holds the number of the file; envFailed says why the program that was to take over has given back.
	envHandover = "UNITD_HANDOVER"
	envFailed   = "UNITD_HANDOVER_FAILED"
	// handoverFormat counts changes after which an older program cannot read it, or a newer one what older ones wrote.
	handoverFormat = 1
	maxHandover    = 256 << 20
)

type handover struct {
	Format  int      `json:"format"`
	From    string   `json:"from"` // version
	BootID  string   `json:"boot_id"`
	Program int      `json:"program"` // file of the program that hands over
	Args    []string `json:"args"`    // of it and of the one that is to take over

	State     json.RawMessage               `json:"state"` // an engine.Saved
	Open      executor.Handed               `json:"open"`
	Sources   map[string][]byte             `json:"sources"` // unit files in force
	Overrides state.Overrides               `json:"overrides"`
	Memories  map[units.ID]lifecycle.Memory `json:"memories"` // of jobs
	Core      process.Rlimit                `json:"core"`
	Started   time.Time                     `json:"started"`
	Count     int                           `json:"count"` // how many programs have handed over in this process

	Lock      int            `json:"lock"`
	MoreLocks []int          `json:"more_locks,omitempty"`
	Notify    int            `json:"notify"`
	Control   int            `json:"control"`
	Given     bool           `json:"given"`  // the control socket is whose who has started unitd
	Others    []otherControl `json:"others"` // control sockets

	saved    engine.Saved
	received chan os.Signal // what people have asked for since
	memory   *os.File       // the handover itself
	file     int            // its number
	failed   string         // why the program that was to take over did not
	taken    bool           // there is no way back
}

// otherControl is an open socket of a control block.
type otherControl struct {
	Path  string               `json:"path"`
	Saved socket.SavedListener `json:"saved"`
	FD    int                  `json:"fd"`
}

// files are the numbers of all that is handed over.
func (h *handover) files() []int {
	all := slices.Concat([]int{h.Program, h.Notify, h.Control}, h.locks(), h.Open.FDs)
	for _, fd := range h.Open.Ready {
		all = append(all, fd)
	}
	for _, other := range h.Others {
		all = append(all, other.FD)
	}
	return all
}

// locks are the files of the lock.
func (h *handover) locks() []int { return append([]int{h.Lock}, h.MoreLocks...) }

// control is the socket of a control block at a path; nil: none was handed over.
func (h *handover) control(path string) *otherControl {
	if h == nil {
		return nil
	}
	for i := range h.Others {
		if h.Others[i].Path == path {
			return &h.Others[i]
		}
	}
	return nil
}

// write puts a handover into a new file in memory.
func (h *handover) write() (*os.File, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("write handover: %w", err)
	}
	file, err := memory("handover")
	if err != nil {
		return nil, fmt.Errorf("write handover: %w", err)
	}
	if _, err := file.Write(text); err != nil {
		return nil, errors.Join(fmt.Errorf("write handover: %w", err), file.Close())
	}
	return file, nil
}

// readHandover reads a handover, and says why this program cannot take over what it tells.
func readHandover(file *os.File) (*handover, error) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, maxHandover))
	if err != nil {
		return nil, fmt.Errorf("read handover: %w", err)
	}
	var format struct{ Format int }
	if err := json.Unmarshal(text, &format); err != nil {
		return nil, fmt.Errorf("read handover: %w", err)
	}
	if format.Format != handoverFormat {
		return nil, fmt.Errorf("read handover: it has format %d, and unitd %s reads %d: shut the manager down and start the other one", format.Format, version.Version, handoverFormat)
	}
	h := &handover{}
	if err := json.Unmarshal(text, h); err != nil {
		return nil, fmt.Errorf("read handover: %w", err)
	}
	if err := json.Unmarshal(h.State, &h.saved); err != nil {
		return nil, fmt.Errorf("read handover: %w", err)
	}
	h.saved.HandedOver = true
	return h, nil
}

// inherited is the handover of this process; nil: it begins anew. What cannot be read cannot be given back either.
func inherited() (*handover, error) {
	text, failed := os.Getenv(envHandover), os.Getenv(envFailed)
	for _, name := range []string{envHandover, envFailed} {
		os.Unsetenv(name) //nolint:errcheck // fails for names that are none
	}
	if text == "" {
		return nil, nil
	}
	received := catch()
	if _, err := conceal(); err != nil { // its limit of cores is that of a manager by now
		return nil, fmt.Errorf("conceal the memory of the manager: %w", err)
	}
	// It was executed by the number of a file, maybe, which the kernel makes its name.
	_ = os.WriteFile("/proc/self/comm", []byte("unitd"), 0) // the name is for people only
	fd, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", envHandover, err)
	}
	memory := os.NewFile(uintptr(fd), "handover")
	h, err := readHandover(memory)
	if err != nil {
		return nil, err
	}
	h.received, h.memory, h.file, h.failed = received, memory, fd, failed // memory is kept, or it would be closed
	return h, nil
}

// asked are the signals by which people ask for something.
var asked = []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR2}

// catch takes note of what people ask for from now on.
func catch() chan os.Signal {
	received := make(chan os.Signal, 4)
	signal.Notify(received, asked...)
	return received
}

// passOn executes a program in this process that gets the handover. It comes back where that cannot be executed.
func (h *handover) passOn(path string, failed error) error {
	for _, fd := range append(h.files(), h.file) {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
			return fmt.Errorf("hand over file %d: %w", fd, err)
		}
	}
	env := append(os.Environ(), envHandover+"="+strconv.Itoa(h.file))
	if failed != nil {
		env = append(env, envFailed+"="+failed.Error())
	}
	// Ignored signals stay so until the next program catches them; else they would end it (execve(2)).
	signal.Ignore(asked...)
	return os.NewSyscallError("execve", unix.Exec(path, h.Args, env))
}

// own is how the program that hands over can be executed, whatever is at its path.
func (h *handover) own() string { return fmt.Sprintf("/proc/self/fd/%d", h.Program) }

// close closes what is of no use any more once this program has taken over.
func (h *handover) close() {
	_ = h.memory.Close() // nothing was written to it, nor to the others
	for _, fd := range append(h.locks(), h.Program) {
		_ = unix.Close(fd)
	}
}

// giveBack executes the program again that has handed over, since this one cannot take over. It comes back with why, when
// that cannot be executed either: then the guard starts it.
func (h *handover) giveBack(why error) error {
	if h.failed != "" { // it has failed itself, and would go on doing so
		return why
	}
	return errors.Join(why, h.passOn(h.own(), why))
}
