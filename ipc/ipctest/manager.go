package ipctest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/units"
)

// Manager answers from its fields, which are set before it is used.
type Manager struct {
	State        protocol.ManagerStatus
	List         []protocol.UnitStatus
	Document     protocol.ShowDocument
	Assessed     []protocol.Security
	Scheduled    []protocol.Timer
	Tested       []protocol.AlertTest
	Source       protocol.CatDocument
	Graph        protocol.DependencyGraph
	Env          protocol.Environment
	Lines        []protocol.LogLine
	Happened     []protocol.Event
	Changes      protocol.Plan
	ApplyJob     *protocol.JobStatus
	EnableAnswer protocol.EnableResult
	// Progress is what WatchJob emits for every job; the first is the answer to the request.
	Progress []protocol.JobStatus
	// Deployment is what WatchRun emits for every run; the first is the answer to the request. Remembered are all runs.
	Deployment, Remembered []protocol.PipelineRun
	// Later are the states that WatchUnits emits after List.
	Later [][]protocol.UnitStatus
	// Hold keeps streams open at their end, and WatchJob and Submit too where they have no Progress.
	Hold bool
	// Err, if set, is the answer to everything but Units.
	Err error

	mu    sync.Mutex
	asked []string
}

var _ ipc.Manager = (*Manager)(nil)

// Asked lists the requests so far: the method, and what was asked for as JSON.
func (m *Manager) Asked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.asked...)
}

func (m *Manager) note(method string, what any) {
	text, err := json.Marshal(what)
	if err != nil {
		panic(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, method+" "+string(text))
}

// Status answers with State.
func (m *Manager) Status(context.Context) (protocol.ManagerStatus, error) { return m.State, m.Err }

// Shutdown records that it was asked.
func (m *Manager) Shutdown(context.Context) error {
	m.note("shutdown", nil)
	return m.Err
}

// Reexec records what was asked, and answers that State's version follows itself.
func (m *Manager) Reexec(_ context.Context, request protocol.ReexecRequest) (protocol.ReexecResult, error) {
	m.note("reexec", request)
	return protocol.ReexecResult{From: m.State.Version, To: m.State.Version, Program: m.State.Program}, m.Err
}

// names resolves names against List.
func (m *Manager) names(names []string) ([]ipc.Name, error) { return m.known().ResolveAll(names) }

func (m *Manager) known() *ipc.Names {
	list := make([]*units.Unit, len(m.List))
	for i, u := range m.List {
		list[i] = &units.Unit{ID: units.ID(u.ID)}
	}
	return ipc.NewNames(units.NewSet(list...))
}

// Units answers from List.
func (m *Manager) Units(_ context.Context, names []string) ([]protocol.UnitStatus, error) {
	found, err := m.names(names)
	if err != nil {
		return nil, err
	}
	return pick(m.List, found), nil
}

func pick(list []protocol.UnitStatus, found []ipc.Name) []protocol.UnitStatus {
	var picked []protocol.UnitStatus
	for _, u := range list {
		var workers []protocol.Worker
		for _, name := range found {
			switch {
			case string(name.ID) != u.ID:
				continue
			case name.Worker == 0:
				picked = append(picked, u)
				continue
			}
			for _, w := range u.Workers {
				if w.Index == name.Worker {
					workers = append(workers, w)
				}
			}
		}
		if workers != nil {
			u.Workers = workers
			picked = append(picked, u)
		}
	}
	return picked
}

// WatchUnits emits List and Later.
func (m *Manager) WatchUnits(ctx context.Context, names []string, emit func([]protocol.UnitStatus) error) error {
	found, err := m.names(names)
	if err != nil {
		return err
	}
	for _, list := range append([][]protocol.UnitStatus{m.List}, m.Later...) {
		if err := emit(pick(list, found)); err != nil {
			return err
		}
	}
	return m.hold(ctx)
}

func (m *Manager) hold(ctx context.Context) error {
	if m.Hold {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// one finds out whether name names a unit.
func (m *Manager) one(name string) error {
	if m.Err != nil {
		return m.Err
	}
	_, err := m.names([]string{name})
	return err
}

// Show answers with Document.
func (m *Manager) Show(_ context.Context, name string) (protocol.ShowDocument, error) {
	return m.Document, m.one(name)
}

// Cat answers with Source.
func (m *Manager) Cat(_ context.Context, name string) (protocol.CatDocument, error) {
	return m.Source, m.one(name)
}

// Security answers with Assessed.
func (m *Manager) Security(_ context.Context, names []string) ([]protocol.Security, error) {
	_, err := m.names(names)
	return m.Assessed, err
}

// Timers answers with Scheduled.
func (m *Manager) Timers(_ context.Context, names []string) ([]protocol.Timer, error) {
	_, err := m.names(names)
	return m.Scheduled, err
}

// Dependencies answers with Graph.
func (m *Manager) Dependencies(_ context.Context, names []string) (protocol.DependencyGraph, error) {
	_, err := m.names(names)
	return m.Graph, err
}

// Environment answers with Env.
func (m *Manager) Environment(_ context.Context, query protocol.EnvironmentQuery) (protocol.Environment, error) {
	if query.Credentials != "" {
		m.note("environment", query)
	}
	if query.Name == "" {
		return m.Env, m.Err
	}
	return m.Env, m.one(query.Name)
}

// Logs emits Lines.
func (m *Manager) Logs(ctx context.Context, query protocol.LogQuery, emit func(protocol.LogLine) error) (string, error) {
	m.note("logs", query)
	units := slices.DeleteFunc(slices.Clone(query.Units), func(name string) bool {
		_, _, run := m.known().ResolveRun(name)
		return run
	})
	if _, err := m.names(units); err != nil {
		return "", err
	}
	for _, line := range m.Lines {
		if err := emit(line); err != nil {
			return "", err
		}
	}
	if query.Follow {
		return "here", m.hold(ctx)
	}
	return "", nil
}

// Events emits Happened.
func (m *Manager) Events(ctx context.Context, query protocol.EventQuery, emit func(protocol.Event) error) error {
	m.note("events", query)
	if _, err := m.names(query.Units); err != nil {
		return err
	}
	for _, event := range m.Happened {
		if err := emit(event); err != nil {
			return err
		}
	}
	if query.Follow {
		return m.hold(ctx)
	}
	return nil
}

// Submit answers with the first of Progress.
func (m *Manager) Submit(ctx context.Context, request protocol.JobRequest) (protocol.JobStatus, error) {
	m.note("submit", request)
	if _, err := m.names(request.Units); err != nil {
		return protocol.JobStatus{}, err
	}
	return m.begin(ctx)
}

func (m *Manager) begin(ctx context.Context) (protocol.JobStatus, error) {
	switch {
	case m.Err != nil:
		return protocol.JobStatus{}, m.Err
	case len(m.Progress) == 0:
		return protocol.JobStatus{}, m.hold(ctx)
	}
	return m.Progress[0], nil
}

// Job answers with the last of Progress.
func (m *Manager) Job(_ context.Context, id uint64) (protocol.JobStatus, error) {
	if len(m.Progress) == 0 || m.Progress[0].ID != id {
		return protocol.JobStatus{}, protocol.NoSuchJob(id)
	}
	return m.Progress[len(m.Progress)-1], nil
}

// WatchJob emits Progress.
func (m *Manager) WatchJob(ctx context.Context, id uint64, emit func(protocol.JobStatus) error) error {
	if len(m.Progress) > 0 && m.Progress[0].ID != id {
		return protocol.NoSuchJob(id)
	}
	for _, job := range m.Progress {
		if err := emit(job); err != nil {
			return err
		}
	}
	return m.hold(ctx)
}

// Scale answers with the first of Progress.
func (m *Manager) Scale(ctx context.Context, pool string, request protocol.ScaleRequest) (protocol.JobStatus, error) {
	m.note("scale "+pool, request)
	if err := m.one(pool); err != nil {
		return protocol.JobStatus{}, err
	}
	return m.begin(ctx)
}

// Maintenance answers with the first of Progress.
func (m *Manager) Maintenance(ctx context.Context, pool string, request protocol.MaintenanceRequest) (protocol.JobStatus, error) {
	m.note("maintenance "+pool, request)
	if err := m.one(pool); err != nil {
		return protocol.JobStatus{}, err
	}
	return m.begin(ctx)
}

// TestAlerts answers with Tested.
func (m *Manager) TestAlerts(_ context.Context, unit string, request protocol.AlertTestRequest) ([]protocol.AlertTest, error) {
	m.note("alert test "+unit, request)
	return m.Tested, m.one(unit)
}

// Kill records what was asked.
func (m *Manager) Kill(_ context.Context, request protocol.KillRequest) error {
	m.note("kill", request)
	if _, err := m.names(request.Units); err != nil {
		return err
	}
	return m.Err
}

// ResetFailed records what was asked.
func (m *Manager) ResetFailed(_ context.Context, names []string) error {
	m.note("reset-failed", names)
	if _, err := m.names(names); err != nil {
		return err
	}
	return m.Err
}

// SetEnabled answers with EnableAnswer.
func (m *Manager) SetEnabled(_ context.Context, request protocol.EnableRequest) (protocol.EnableResult, error) {
	m.note(fmt.Sprintf("enabled=%v", request.Enabled), request)
	if _, err := m.names(request.Units); err != nil {
		return protocol.EnableResult{}, err
	}
	return m.EnableAnswer, m.Err
}

// Plan answers with Changes.
func (m *Manager) Plan(context.Context) (protocol.Plan, error) { return m.Changes, m.Err }

// Apply answers with Changes and ApplyJob.
func (m *Manager) Apply(_ context.Context, request protocol.ApplyRequest) (protocol.ApplyResult, error) {
	m.note("apply", request)
	return protocol.ApplyResult{Plan: m.Changes, Job: m.ApplyJob}, m.Err
}
